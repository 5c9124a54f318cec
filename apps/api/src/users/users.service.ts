import { Injectable } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import { isUUID } from 'class-validator';
import { type EntityManager, In, QueryFailedError, Repository } from 'typeorm';
import { Clock } from '../config/clock.js';
import { preparedStatement } from '../database/prepared-statement.js';
import type { Role } from '../http/access.js';
import { ApiError, notFound } from '../http/api-error.js';
import { type CountedEnvelope, DEFAULT_LIMIT } from '../http/envelope.js';
import { inOrder } from '../http/searched-list.js';
import { findUsers, type UserSearch } from './find-users.js';
import { lockWithAdmins, refuseFormerAdmin, refuseLastAdmin } from './account-admins.js';
import { AuditLog } from './audit-log.js';
import {
  type AccountRole,
  fromRow,
  type Locale,
  normalizeEmail,
  ONE_USER,
  type Person,
  toRecord,
  USER_BY_EMAIL,
  type UserRecord,
  type UserRow,
  type UserStatus,
} from './user-record.js';
import { UserEntity } from './user.entity.js';

export {
  type AccountRole,
  type Locale,
  normalizeEmail,
  type Person,
  type UserRecord,
  type UserStatus,
} from './user-record.js';

export interface ProfilePatch {
  firstName?: string;
  lastName?: string;
  locale?: Locale;
}

export interface UserDisabled {
  userId: string;
  actorId: string | null;
  at: Date;
}

/** Ends what a disabled user owns. Runs in the transaction that disables. */
export type DisabledHook = (tx: EntityManager, event: UserDisabled) => Promise<void>;

/** Nearly every request of a third party reads the user that it acts for. */
const userById = preparedStatement<UserRow>('user_by_id', ONE_USER);

/** TypeORM makes an object of what it has found, which takes time that nobody's address takes. */
const userByEmail = preparedStatement<UserRow & { passwordHash: string }>(
  'user_by_email',
  USER_BY_EMAIL,
);

/** https://www.postgresql.org/docs/current/errcodes-appendix.html */
const UNIQUE_VIOLATION = '23505';

/** Users and the accounts that they belong to. */
@Injectable()
export class UsersService {
  private readonly disabledHooks: DisabledHook[] = [];

  constructor(
    @InjectRepository(UserEntity) private readonly users: Repository<UserEntity>,
    private readonly audit: AuditLog,
    private readonly clock: Clock,
  ) {}

  /** Registers what must happen in the same transaction when a user is disabled. */
  onDisabled(hook: DisabledHook): void {
    this.disabledHooks.push(hook);
  }

  async findById(id: string): Promise<UserRecord | null> {
    const [user] = await userById(this.users.manager.dataSource, [id]);
    return user ? fromRow(user) : null;
  }

  /**
   * A user of this account, disabled or not.
   * @throws ApiError not_found, also for another account's user, and one who has been erased
   */
  async findInAccount(accountId: string, id: string): Promise<UserRecord> {
    const user = await this.findById(id);
    if (user?.accountId !== accountId || user.erasedAt) throw notFound('The user');
    return user;
  }

  /**
   * The user with this address and the hash that a password is verified against, disabled or not.
   * @param email in lower case, as `normalizeEmail` gives it
   */
  async findByEmailForSignIn(
    email: string,
  ): Promise<(UserRecord & { passwordHash: string }) | null> {
    const [row] = await userByEmail(this.users.manager.dataSource, [email]);
    if (!row?.id) return null;
    const { passwordHash, ...user } = row;
    return { ...fromRow(user), passwordHash };
  }

  /**
   * Whose these addresses are, and in which account; addresses that nobody has are left out.
   * @param emails in lower case, as `normalizeEmail` gives it
   */
  async accountsByEmail(
    tx: EntityManager,
    emails: readonly string[],
  ): Promise<Map<string, { userId: string; accountId: string }>> {
    const rows: { email: string; userId: string; accountId: string }[] = await tx.query(
      `SELECT lower(email) AS email, id AS "userId", account_id AS "accountId"
         FROM users WHERE lower(email) = ANY ($1)`,
      [emails],
    );
    return new Map(rows.map(({ email, ...user }) => [email, user]));
  }

  /** Names to show beside ids; ids that belong to nobody are left out. */
  async people(
    ids: readonly string[],
    db: EntityManager = this.users.manager,
  ): Promise<Map<string, Person>> {
    if (ids.length === 0) return new Map();
    const people = await db.find(UserEntity, {
      select: { id: true, email: true, firstName: true, lastName: true },
      where: { id: In([...new Set(ids)]) },
    });
    return new Map(
      people.map(({ id, email, firstName, lastName }) => [id, { id, email, firstName, lastName }]),
    );
  }

  /** Those among them whose name somebody else in their account has, too. */
  async namesakes(ids: readonly string[]): Promise<Set<string>> {
    const rows: { id: string }[] = await this.users.query(
      `SELECT u.id FROM users u WHERE u.id = ANY ($1::uuid[]) AND EXISTS (
         SELECT FROM users o WHERE o.account_id = u.account_id AND o.id <> u.id
           AND o.last_name = u.last_name AND o.first_name = u.first_name AND o.erased_at IS NULL)`,
      [[...new Set(ids)]],
    );
    return new Set(rows.map(({ id }) => id));
  }

  /** The account's users, or those of them who are searched for. */
  async list(accountId: string, search: UserSearch): Promise<CountedEnvelope<UserRecord>> {
    const limit = search.limit ?? DEFAULT_LIMIT;
    const { ids, meta } = await findUsers(this.users.manager, accountId, { ...search, limit });
    const rows = ids.length === 0 ? [] : await this.withAccount().whereInIds(ids).getMany();
    return { resources: inOrder(ids, rows).map(toRecord), meta };
  }

  /** @throws ApiError not_found */
  async updateProfile(id: string, patch: ProfilePatch): Promise<UserRecord> {
    const at = this.clock.now();
    await this.users.manager.transaction(async (tx) => {
      const before = await tx.findOne(UserEntity, {
        where: { id },
        lock: { mode: 'for_no_key_update' },
      });
      if (!before) throw notFound('The user');
      const fields = (['firstName', 'lastName', 'locale'] as const).filter(
        (field) => patch[field] !== undefined && patch[field] !== before[field],
      );
      if (fields.length === 0) return;
      const changes = Object.fromEntries(fields.map((field) => [field, patch[field]]));
      await tx.update(UserEntity, { id }, { ...changes, updatedAt: at });
      // Only the names of the fields, because the audit trail outlives what users want forgotten.
      await this.audit.record(tx, {
        actorId: id,
        action: 'profile_changed',
        subjectId: id,
        detail: { fields },
        at,
      });
    });
    const user = await this.findById(id);
    if (!user) throw notFound('The user');
    return user;
  }

  /**
   * Disables or re-enables a user of the actor's account. Disabling ends the user's sessions and
   * connections in the same transaction; re-enabling brings none of them back.
   * @param actor null for the command line, which may do it in every account
   * @param options `lastAdmin`: also the last admin of an account, which is left without one
   * @throws ApiError not_found for another account's user, cannot_disable_self, last_admin
   */
  async setStatus(
    userId: string,
    status: UserStatus,
    actor: { userId: string; accountId: string } | null,
    { lastAdmin = false }: { lastAdmin?: boolean } = {},
  ): Promise<UserRecord> {
    // As the database writes it, so that another spelling does not look like another user.
    const id = userId.toLowerCase();
    if (id === actor?.userId && status === 'disabled') {
      throw new ApiError(
        'cannot_disable_self',
        'You cannot disable your own user. Ask another admin of your account to do it.',
      );
    }
    const actorId = actor?.userId ?? null;
    const at = this.clock.now();
    const accountId = actor?.accountId ?? (await this.findById(id))?.accountId;
    if (accountId === undefined) throw notFound('The user');
    await this.users.manager.transaction(async (tx) => {
      const locked = await lockWithAdmins(tx, accountId, actor ? [id, actor.userId] : [id]);
      const before = locked.find((row) => row.id === id && !row.erased);
      if (!before) throw notFound('The user');
      if (actor) refuseFormerAdmin(locked.find((row) => row.id === actor.userId));
      if (before.status === status) return;
      if (status === 'disabled' && before.role === 'admin' && !lastAdmin) {
        refuseLastAdmin(locked, id);
      }
      await tx.query(`UPDATE users SET status = $2, updated_at = $3 WHERE id = $1`, [
        id,
        status,
        at,
      ]);
      if (status === 'disabled') await this.endEverything(tx, { userId: id, actorId, at });
      const action = status === 'disabled' ? 'user_disabled' : 'user_enabled';
      await this.audit.record(tx, { actorId, action, subjectId: id, at });
    });
    const user = await this.findById(id);
    if (!user) throw notFound('The user');
    return user;
  }

  /** Ends what the user owns, in the transaction that keeps the user from acting. */
  async endEverything(tx: EntityManager, event: UserDisabled): Promise<void> {
    for (const hook of this.disabledHooks) await hook(tx, event);
  }

  /**
   * Changes the role of a user of the actor's account.
   * @returns the role before
   * @throws ApiError not_found, forbidden, conflict for an operator, last_admin
   */
  async setRole(
    tx: EntityManager,
    id: string,
    role: AccountRole,
    actor: { userId: string; accountId: string },
  ): Promise<Role> {
    const locked = await lockWithAdmins(tx, actor.accountId, [id, actor.userId]);
    const before = locked.find((row) => row.id === id && !row.erased);
    if (!before) throw notFound('The user');
    refuseFormerAdmin(locked.find((row) => row.id === actor.userId));
    if (before.role === 'operator') {
      throw new ApiError('conflict', 'An operator has no other role. Make a user of their own.');
    }
    if (role !== 'admin') refuseLastAdmin(locked, id);
    if (before.role !== role) {
      await tx.query('UPDATE users SET role = $2, updated_at = $3 WHERE id = $1', [
        id,
        role,
        this.clock.now(),
      ]);
    }
    return before.role;
  }

  /**
   * Locks a user of the actor's account, whatever their status, and the actor, who stays an admin until
   * the transaction ends.
   * @throws ApiError not_found; forbidden for an actor who is no longer an admin
   */
  async lockByAdmin(
    tx: EntityManager,
    id: string,
    actor: { userId: string; accountId: string },
  ): Promise<void> {
    const locked = await lockWithAdmins(tx, actor.accountId, [id, actor.userId]);
    if (!locked.some((row) => row.id === id && !row.erased)) throw notFound('The user');
    refuseFormerAdmin(locked.find((row) => row.id === actor.userId));
  }

  /**
   * Records a sign-in, which also locks the user against being disabled in between, and the company
   * against being closed.
   * @param passwordHash what the password was verified against; null if it was a passkey
   * @returns since when browsers count as known to the user, null: since ever; undefined when the
   *   user is disabled, the company closed, or the password has been changed since
   */
  async recordSignIn(
    tx: EntityManager,
    id: string,
    passwordHash: string | null,
    at: Date,
  ): Promise<Date | null | undefined> {
    const [rows]: [{ devicesKnownFrom: Date | null }[]] = await tx.query(
      `UPDATE users SET last_sign_in_at = $3
        WHERE id = $1 AND status = 'active' AND ($2::text IS NULL OR password_hash = $2)
          AND EXISTS (SELECT FROM accounts a WHERE a.id = account_id AND a.closed_at IS NULL
                         FOR SHARE)
       RETURNING devices_known_from AS "devicesKnownFrom"`,
      [id, passwordHash, at],
    );
    return rows[0]?.devicesKnownFrom;
  }

  /** From now on, no browser counts as known to the user where they have signed in before. */
  async forgetDevices(tx: EntityManager, id: string): Promise<void> {
    await tx.update(UserEntity, { id }, { devicesKnownFrom: this.clock.now() });
  }

  /**
   * Replaces the password, unless somebody else has since `verifiedHash` was read.
   * @param verifiedHash what the current password was verified against; null for the first one of a
   *   user who has none
   */
  async setPassword(
    tx: EntityManager,
    id: string,
    newHash: string,
    verifiedHash: string | null,
  ): Promise<boolean> {
    const before =
      verifiedHash === null ? { passwordChosen: false } : { passwordHash: verifiedHash };
    const { affected } = await tx.update(
      UserEntity,
      { id, ...before, status: 'active' },
      { ...chosen(newHash), updatedAt: this.clock.now() },
    );
    return affected === 1;
  }

  /**
   * Gives the user another address.
   * @param email in lower case, as `normalizeEmail` gives it
   * @returns false where somebody else has it; the transaction can then only be rolled back
   */
  async setEmail(tx: EntityManager, id: string, email: string): Promise<boolean> {
    try {
      await tx.update(UserEntity, { id }, { email, updatedAt: this.clock.now() });
      return true;
    } catch (error) {
      // Only the index knows who else is taking it at this moment.
      if (isTaken(error)) return false;
      throw error;
    }
  }

  /**
   * Replaces the password, whatever it was. A sign-in with the old one comes too late.
   * @param options `given`: by somebody else, so that its owner has to choose another one
   */
  async replacePassword(
    tx: EntityManager,
    id: string,
    newHash: string,
    { given = false }: { given?: boolean } = {},
  ): Promise<void> {
    const at = this.clock.now();
    const changed = { ...chosen(newHash), passwordGiven: given, updatedAt: at };
    await tx.update(UserEntity, { id }, changed);
  }

  /**
   * The user of this address or id, for the command line.
   * @throws ApiError not_found
   */
  async getByName(name: string): Promise<UserRecord> {
    const user = isUUID(name)
      ? await this.findById(name)
      : await this.withAccount()
          .where('lower(users.email) = :email', { email: normalizeEmail(name) })
          .getOne()
          .then((found) => found && toRecord(found));
    if (!user) throw notFound(`The user '${name}'`);
    return user;
  }

  /**
   * The user, locked against being disabled until the transaction ends, for everything that is
   * issued in the user's name. The company is locked, too, against being closed.
   * @returns null when the user may not act
   */
  async lockActive(
    tx: EntityManager,
    id: string,
    mode: 'SHARE' | 'NO KEY UPDATE' = 'SHARE',
  ): Promise<UserRecord | null> {
    const [user]: UserRow[] = await tx.query(`${ONE_USER} FOR ${mode} OF u FOR SHARE OF a`, [id]);
    return user?.status === 'active' ? fromRow(user) : null;
  }

  /**
   * Locks those of these users who are active users of the account against being disabled until the
   * transaction ends.
   * @returns their ids
   */
  async lockActiveOf(
    tx: EntityManager,
    accountId: string,
    ids: readonly string[],
  ): Promise<Set<string>> {
    // In a fixed order, so that this and somebody who disables several never wait for each other.
    const rows: { id: string }[] = await tx.query(
      `SELECT id FROM users WHERE account_id = $1 AND id = ANY ($2::uuid[]) AND status = 'active'
       ORDER BY id FOR SHARE`,
      [accountId, ids],
    );
    return new Set(rows.map(({ id }) => id));
  }

  private withAccount() {
    return this.users.createQueryBuilder('users').innerJoinAndSelect('users.account', 'account');
  }
}

const chosen = (passwordHash: string) => ({
  passwordHash,
  passwordGiven: false,
  passwordChosen: true,
});

/** That an address is somebody else's: the only unique one of a user's columns that ever change. */
const isTaken = (error: unknown): boolean =>
  error instanceof QueryFailedError && error.driverError.code === UNIQUE_VIOLATION;
