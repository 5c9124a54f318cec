import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { IsEmail, IsIn, IsString, isUUID, IsUUID, MaxLength, MinLength } from 'class-validator';
import { randomUUID } from 'node:crypto';
import type { DataSource, EntityManager } from 'typeorm';
import { Clock } from '../config/clock.js';
import type { Role } from '../http/access.js';
import { ApiError, notFound } from '../http/api-error.js';
import { IsDisplayText } from '../http/display-text.js';
import { AccountEntity } from './account.entity.js';
import { AuditLog } from './audit-log.js';
import { PasswordHasher } from './password-hasher.js';
import { PasswordPolicy } from './password-policy.js';
import { UserEntity } from './user.entity.js';
import { type Locale, normalizeEmail, type UserStatus } from './users.service.js';
import { MAX_PASSWORD_LENGTH, MIN_PASSWORD_LENGTH } from '@flixcheck/password-strength';

export const ROLES: readonly Role[] = ['member', 'admin', 'operator'];
/** The account of people who work for Flixcheck, unless another one is named. */
const OPERATORS_ACCOUNT = 'Flixcheck';

export interface Account {
  id: string;
  name: string;
  createdAt: Date;
}

export interface AccountSummary extends Account {
  users: number;
}

export interface UserSummary {
  id: string;
  email: string;
  firstName: string;
  lastName: string;
  accountId: string;
  account: string;
  role: Role;
  status: UserStatus;
  lastSignInAt: Date | null;
  createdAt: Date;
}

export class NewAccount {
  @IsDisplayText()
  @MaxLength(100)
  name!: string;
}

export class NewPassword {
  @IsString()
  @MinLength(MIN_PASSWORD_LENGTH)
  @MaxLength(MAX_PASSWORD_LENGTH)
  password!: string;
}

export class NewPerson extends NewPassword {
  @IsEmail()
  @MaxLength(254)
  email!: string;

  @IsDisplayText()
  @MaxLength(100)
  firstName!: string;

  @IsDisplayText()
  @MaxLength(100)
  lastName!: string;

  @IsIn(['de', 'en'])
  locale!: Locale;
}

export class NewUser extends NewPerson {
  @IsUUID()
  accountId!: string;

  @IsIn(ROLES)
  role!: Role;
}

/** `keep`: its owner has chosen it, or no person signs in with it. */
interface PasswordOptions {
  keep?: boolean;
}

/** Creates accounts and users for the command line, which has checked the input. */
@Injectable()
export class Provisioning {
  constructor(
    @InjectDataSource() private readonly dataSource: DataSource,
    private readonly hasher: PasswordHasher,
    private readonly policy: PasswordPolicy,
    private readonly audit: AuditLog,
    private readonly clock: Clock,
  ) {}

  /** All companies with the number of their users, oldest first. */
  listAccounts(): Promise<AccountSummary[]> {
    return this.dataSource.query(
      `SELECT a.id, a.name, a.created_at AS "createdAt",
         (SELECT count(*)::integer FROM users u
           WHERE u.account_id = a.id AND u.erased_at IS NULL) AS users
       FROM accounts a WHERE a.kind = 'company' ORDER BY a.created_at, a.id`,
    );
  }

  /**
   * The users of all accounts, or of one, account by account.
   * @throws ApiError not_found for an unknown account
   */
  async listUsers(accountId?: string): Promise<UserSummary[]> {
    if (accountId !== undefined) {
      const known = isUUID(accountId) && (await this.accounts.existsBy({ id: accountId }));
      if (!known) throw notFound('The account');
    }
    return this.dataSource.query(
      `SELECT u.id, u.email, u.first_name AS "firstName", u.last_name AS "lastName",
         a.id AS "accountId",
         CASE a.kind WHEN 'company' THEN a.name ELSE u.first_name || ' ' || u.last_name END AS account, u.role, u.status,
         u.last_sign_in_at AS "lastSignInAt", u.created_at AS "createdAt"
       FROM users u JOIN accounts a ON a.id = u.account_id
       WHERE u.erased_at IS NULL AND ($1::uuid IS NULL OR a.id = $1)
       ORDER BY a.created_at, a.id, u.created_at, u.id`,
      [accountId ?? null],
    );
  }

  createAccount({ name }: NewAccount): Promise<Account> {
    return this.dataSource.transaction((tx) => this.addAccount(tx, name, null));
  }

  /**
   * @returns the user's id
   * @throws ApiError not_found for an unknown account, conflict for an address that is taken,
   *   validation_failed for a common password
   */
  async createUser(user: NewUser, options: PasswordOptions = {}): Promise<string> {
    await this.refuseWeak(user);
    const passwordHash = await this.hasher.hash(user.password);
    return this.dataSource.transaction(async (tx) => {
      const known = await tx.existsBy(AccountEntity, { id: user.accountId, kind: 'company' });
      if (!known) throw notFound('The account');
      return this.addUser(tx, user, givenPassword(passwordHash, options), null);
    });
  }

  /**
   * Makes an operator in the account of those who work for Flixcheck, and that account with the
   * first one.
   * @throws ApiError conflict for an address that is taken, validation_failed for a common password
   */
  async createOperator(person: NewPerson, options: PasswordOptions = {}): Promise<string> {
    await this.refuseWeak(person);
    const passwordHash = await this.hasher.hash(person.password);
    return this.dataSource.transaction(async (tx) => {
      // Two first operators at once must not make two accounts.
      await tx.query('LOCK TABLE accounts IN SHARE ROW EXCLUSIVE MODE');
      const [operators] = (await tx.query(
        `SELECT a.id FROM accounts a LEFT JOIN users u ON u.account_id = a.id AND u.role = 'operator'
         WHERE u.id IS NOT NULL OR a.name = $1
         ORDER BY u.created_at NULLS LAST, a.created_at LIMIT 1`,
        [OPERATORS_ACCOUNT],
      )) as { id: string }[];
      const account = operators ?? (await this.addAccount(tx, OPERATORS_ACCOUNT, null));
      const user = { ...person, role: 'operator' as const, accountId: account.id };
      return this.addUser(tx, user, givenPassword(passwordHash, options), null);
    });
  }

  private refuseWeak({ password, firstName, lastName, email }: NewPerson): Promise<void> {
    return this.policy.refuseWeak('password', password, [firstName, lastName, email]);
  }

  private get accounts() {
    return this.dataSource.getRepository(AccountEntity);
  }

  /**
   * @param name checked
   * @param actorId null for the command line
   */
  async addAccount(tx: EntityManager, name: string, actorId: string | null): Promise<Account> {
    const account = { id: randomUUID(), name, createdAt: this.clock.now() };
    await tx.insert(AccountEntity, { ...account, kind: 'company' });
    await this.audit.record(tx, {
      actorId,
      action: 'account_created',
      subjectId: account.id,
      detail: { name },
      at: account.createdAt,
    });
    return account;
  }

  /**
   * An account for one person who belongs to no company. The audit record of its user names it.
   * @returns its id
   */
  async addPersonalAccount(tx: EntityManager): Promise<string> {
    const id = randomUUID();
    await tx.insert(AccountEntity, { id, name: '', kind: 'personal', createdAt: this.clock.now() });
    return id;
  }

  /**
   * @param user checked, but for the address; `id`: where it has been chosen before; `developer`: what
   *   the trail calls somebody without a company
   * @param password `passwordGiven`: by somebody else; `passwordChosen`: false where nobody knows it
   * @param actorId null for the command line
   * @returns the user's id
   * @throws ApiError conflict for an address that is taken
   */
  async addUser(
    tx: EntityManager,
    user: Omit<NewUser, 'password'> & { id?: string; developer?: boolean },
    password: { passwordHash: string; passwordGiven: boolean; passwordChosen?: boolean },
    actorId: string | null,
  ): Promise<string> {
    const at = this.clock.now();
    const { accountId, firstName, lastName, role, locale, developer = false } = user;
    const inserted = await tx
      .createQueryBuilder()
      .insert()
      .into(UserEntity)
      .values({
        id: user.id ?? randomUUID(),
        accountId,
        email: normalizeEmail(user.email),
        firstName,
        lastName,
        role,
        locale,
        status: 'active',
        ...password,
        mutedNotices: [],
        createdAt: at,
        updatedAt: at,
      })
      .orIgnore()
      .returning('id')
      .execute();
    const [row] = inserted.raw as { id: string }[];
    if (!row) throw new ApiError('conflict', 'A user with this e-mail address exists already.');
    await this.audit.record(tx, {
      actorId,
      action: 'user_created',
      subjectId: row.id,
      detail: { accountId, role: developer ? 'developer' : role },
      at,
    });
    return row.id;
  }
}

/** Whoever has provisioned somebody knows the password, unless it is said that they do not. */
function givenPassword(passwordHash: string, { keep = false }: PasswordOptions) {
  return { passwordHash, passwordGiven: !keep };
}
