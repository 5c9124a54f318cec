import type { Role } from '../http/access.js';
import type { AccountKind } from './account-kind.js';
import type { UserEntity } from './user.entity.js';

export type UserStatus = 'active' | 'disabled';
/** Whose role a company decides itself; operators work for Flixcheck. */
export type AccountRole = Exclude<Role, 'operator'>;
export type Locale = 'de' | 'en';

export interface Person {
  id: string;
  email: string;
  firstName: string;
  lastName: string;
}

export interface UserRecord extends Person {
  accountId: string;
  role: Role;
  locale: Locale;
  status: UserStatus;
  /** False for somebody who has joined with a passkey, and set no password yet. */
  passwordChosen: boolean;
  lastSignInAt: Date | null;
  createdAt: Date;
  /** Since then, all that is left of them is a pseudonym. */
  erasedAt: Date | null;
  account: { id: string; name: string; kind: AccountKind };
}

export type UserRow = Omit<UserRecord, 'account'> & {
  accountName: string;
  accountKind: AccountKind;
};

/** A company that has been closed disables its people without a word in their rows. */
const USER_COLUMNS = `
         u.id, u.account_id AS "accountId", u.email, u.first_name AS "firstName",
         u.last_name AS "lastName", u.role, u.locale,
         CASE WHEN a.closed_at IS NULL THEN u.status ELSE 'disabled' END AS status,
         u.password_chosen AS "passwordChosen", u.last_sign_in_at AS "lastSignInAt", u.created_at AS "createdAt",
         u.erased_at AS "erasedAt", a.name AS "accountName", a.kind AS "accountKind"`;

export const ONE_USER = `
  SELECT ${USER_COLUMNS}
    FROM users u JOIN accounts a ON a.id = u.account_id
   WHERE u.id = $1`;

/**
 * Who has this address, in lower case. Always one row, empty where nobody has it, so that the
 * answer takes as long to send and to read.
 */
export const USER_BY_EMAIL = `
  SELECT ${USER_COLUMNS}, u.password_hash AS "passwordHash"
    FROM (SELECT $1::text AS email) given
    LEFT JOIN (users u JOIN accounts a ON a.id = u.account_id)
      ON lower(u.email) = given.email`;

/** An e-mail address in the form in which it is compared and indexed. */
export function normalizeEmail(email: string): string {
  return email.toLowerCase();
}

/** Of what `ONE_USER` has found. */
export function fromRow({ accountName, accountKind, ...record }: UserRow): UserRecord {
  const account = { id: record.accountId, name: accountName, kind: accountKind };
  return { ...record, account: named(account, record) };
}

/** A personal account has no name but that of its user. */
const named = (account: UserRecord['account'], { firstName, lastName }: Omit<Person, 'id'>) =>
  account.kind === 'personal' ? { ...account, name: `${firstName} ${lastName}` } : account;

export function toRecord(user: UserEntity): UserRecord {
  const { id, accountId, email, firstName, lastName, role, locale } = user;
  const { passwordChosen, lastSignInAt, createdAt, erasedAt, account } = user;
  const status = account.closedAt ? 'disabled' : user.status;
  return {
    id,
    accountId,
    email,
    firstName,
    lastName,
    role,
    locale,
    status,
    passwordChosen,
    lastSignInAt,
    createdAt,
    erasedAt,
    account: named({ id: account.id, name: account.name, kind: account.kind }, user),
  };
}
