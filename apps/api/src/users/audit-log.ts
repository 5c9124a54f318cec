import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import type { DataSource, EntityManager } from 'typeorm';
import { decodeCursor, DEFAULT_LIMIT, type ResourcesEnvelope, toPage } from '../http/envelope.js';
import { searchable, searchWords } from '../database/search-text.js';
import { type Bind, parameters } from '../http/keyset.js';
import { finds } from '../http/searched-list.js';
import { USER_SEARCH_TEXT } from './find-users.js';

/** What may have been done, past tense. Stable: records are kept for good. */
export const AUDIT_ACTIONS = [
  'account_closed',
  'account_created',
  'account_policy_changed',
  'account_reopened',
  'advance_grant_withdrawn',
  'application_allowed',
  'application_blocked',
  'application_granted_in_advance',
  'application_left_to_policy',
  'approval_request_approved',
  'approval_request_declined',
  'approval_request_withdrawn',
  'approval_requested',
  'client_change_accepted',
  'client_change_declined',
  'client_change_requested',
  'client_change_withdrawn',
  'client_changed',
  'client_created',
  'client_deleted',
  'client_developer_added',
  'client_developer_invitation_resent',
  'client_developer_invitation_revoked',
  'client_developer_invited',
  'client_developer_removed',
  'client_disabled',
  'client_enabled',
  'client_secret_created',
  'client_secret_removed',
  'connection_granted',
  'connection_limit_changed',
  'connection_narrowed',
  'connection_renewed',
  'connections_revoked',
  'email_change_failed',
  'email_change_requested',
  'email_changed',
  'failed_attempts_deleted',
  'invitation_accepted',
  'invitation_resent',
  'invitation_revoked',
  'invitation_sent',
  'mail_failed',
  'mail_sent',
  'notices_changed',
  'passkey_added',
  'passkey_change_failed',
  'identity_proof_failed',
  'second_factor_requirement_changed',
  'passkey_removed',
  'password_change_failed',
  'password_changed',
  'password_reset',
  'password_reset_requested',
  'person_erased',
  'personal_data_exported',
  'profile_changed',
  'role_changed',
  'recovery_codes_renewed',
  'second_factor_change_failed',
  'second_factor_disabled',
  'second_factor_enabled',
  'second_factor_failed',
  'second_factor_reset',
  'second_factor_reset_asked',
  'second_factor_reset_stopped',
  'session_ended',
  'sign_in_attempts_told',
  'sign_in_disavowed',
  'sign_in_failed',
  'sign_in_limited',
  'signed_in',
  'signed_out',
  'signing_key_created',
  'signing_key_revoked',
  'user_created',
  'user_disabled',
  'user_enabled',
  'user_signed_out',
] as const;
export type AuditAction = (typeof AUDIT_ACTIONS)[number];

export interface AuditRecord {
  /** Who did it; null for the command line and for schedules. */
  actorId: string | null;
  action: AuditAction;
  /** To whom or what; null if the thing has no UUID, such as a signing key. */
  subjectId: string | null;
  /** What else a reader needs to know. Never a secret, never an e-mail address. */
  detail?: Record<string, unknown>;
  /** In no company's trail: the company of who is concerned is not to know of it. */
  isApart?: boolean;
  at: Date;
}

/** A user as the trail names them, with what they are called today. */
export interface AuditedUser {
  id: string;
  email: string;
  firstName: string;
  lastName: string;
}

/** A record as people read it. */
export interface AuditEntry {
  id: string;
  at: Date;
  actorId: string | null;
  /** Null if nobody was signed in: the command line, a schedule, a failed sign-in. */
  actor: AuditedUser | null;
  action: AuditAction;
  subjectId: string | null;
  /** Null if it was not done to a user. */
  subject: AuditedUser | null;
  detail: Record<string, unknown>;
  /** Null where it concerns none. */
  account: { id: string; name: string } | null;
}

export interface AuditFilter {
  /** 50 unless something else is said. */
  limit?: number | undefined;
  cursor?: string | undefined;
  since?: Date | undefined;
  until?: Date | undefined;
  actions?: readonly AuditAction[] | undefined;
  /** All but these. */
  exceptActions?: readonly AuditAction[] | undefined;
  /** What concerns this company: done by or to its users. */
  accountId?: string | undefined;
  /** Who did it, or to whom it was done. */
  userId?: string | undefined;
  /** Words of the name or address of who did it or to whom it was done; or of a company's name. */
  q?: string | undefined;
}

/** The only place that writes and reads audit records. */
@Injectable()
export class AuditLog {
  constructor(@InjectDataSource() private readonly dataSource: DataSource) {}

  /**
   * @param tx the transaction that does what is recorded, so that neither exists without the other
   */
  async record(tx: EntityManager, record: AuditRecord): Promise<void> {
    await this.recordAll(tx, [record]);
  }

  /**
   * In one statement. A record belongs to the company of the user to whom something was done, or
   * else to that of the user who did it.
   */
  async recordAll(tx: EntityManager, records: readonly AuditRecord[]): Promise<void> {
    if (records.length === 0) return;
    await tx.query(
      `INSERT INTO audit_records (at, actor_id, action, subject_id, detail, account_id)
       SELECT r.at, r.actor_id, r.action, r.subject_id, r.detail,
              CASE WHEN NOT r.is_apart THEN coalesce(subject.account_id, actor.account_id) END
         FROM unnest($1::timestamptz[], $2::uuid[], $3::text[], $4::uuid[], $5::jsonb[], $6::boolean[])
              WITH ORDINALITY AS r (at, actor_id, action, subject_id, detail, is_apart, place)
         LEFT JOIN users subject ON subject.id = r.subject_id
         LEFT JOIN users actor ON actor.id = r.actor_id
        ORDER BY r.place`,
      [
        records.map(({ at }) => at),
        records.map(({ actorId }) => actorId),
        records.map(({ action }) => action),
        records.map(({ subjectId }) => subjectId),
        records.map(({ detail = {} }) => JSON.stringify(detail)),
        records.map(({ isApart = false }) => isApart),
      ],
    );
  }

  /** Records a refusal, which belongs to no transaction. */
  async note(record: AuditRecord): Promise<void> {
    await this.record(this.dataSource.manager, record);
  }

  /** When this was last done to the user or thing; null for never. */
  async lastAt(action: AuditAction, subjectId: string): Promise<Date | null> {
    const [row]: { at: Date }[] = await this.dataSource.query(
      `SELECT at FROM audit_records WHERE action = $1 AND subject_id = $2 ORDER BY id DESC LIMIT 1`,
      [action, subjectId],
    );
    return row?.at ?? null;
  }

  /** When a secret of a client was last removed that ended like this; null for none. */
  async secretRemovedAt(oauthClientId: string, lastFour: string): Promise<Date | null> {
    const [row]: { at: Date }[] = await this.dataSource.query(
      `SELECT at FROM audit_records
        WHERE action = 'client_secret_removed' AND subject_id = $1 AND detail ->> 'lastFour' = $2
        ORDER BY id DESC LIMIT 1`,
      [oauthClientId, lastFour],
    );
    return row?.at ?? null;
  }

  /**
   * The latest first.
   * @throws ApiError validation_failed for a cursor that this list has not given out
   */
  async list(filter: AuditFilter): Promise<ResourcesEnvelope<AuditEntry>> {
    const { limit = DEFAULT_LIMIT, cursor, since, until, actions, accountId, userId } = filter;
    const { q, exceptActions } = filter;
    const { values, bind } = parameters();
    const conditions = ['true'];
    const after = decodeCursor(cursor, 'bigint');
    if (after) conditions.push(`r.id < ${bind(after[1])}`);
    if (since) conditions.push(`r.at >= ${bind(since)}`);
    if (until) conditions.push(`r.at < ${bind(until)}`);
    if (actions) conditions.push(`r.action = ANY (${bind(actions)})`);
    if (exceptActions) conditions.push(`r.action <> ALL (${bind(exceptActions)})`);
    if (accountId !== undefined) conditions.push(`r.account_id = ${bind(accountId)}`);
    if (userId !== undefined) {
      const user = bind(userId);
      conditions.push(`(r.actor_id = ${user} OR r.subject_id = ${user})`);
    }
    if (searchWords(q).length > 0) conditions.push(concerns(q, accountId, bind));
    const rows: AuditEntry[] = await this.dataSource.query(
      `SELECT r.id, r.at, r.actor_id AS "actorId", ${USER('actor')} AS actor, r.action,
              r.subject_id AS "subjectId", ${USER('subject')} AS subject, r.detail,
              CASE WHEN account.id IS NOT NULL
                   THEN jsonb_build_object('id', account.id, 'name', account.name) END AS account
         FROM audit_records r
         LEFT JOIN users actor ON actor.id = r.actor_id
         LEFT JOIN users subject ON subject.id = r.subject_id
         LEFT JOIN accounts account ON account.id = ${ACCOUNT}
        WHERE ${conditions.join(' AND ')}
        ORDER BY r.id DESC LIMIT ${bind(limit + 1)}`,
      values,
    );
    return toPage(
      rows,
      limit,
      ({ at, id }) => [at.toISOString(), id],
      (entry) => entry,
    );
  }
}

/** What Flixcheck does for a company is recorded as done by one of its own people. */
const ACCOUNT = `CASE WHEN r.action IN ('account_closed', 'account_created', 'account_reopened')
  THEN r.subject_id ELSE coalesce((r.detail ->> 'accountId')::uuid, r.account_id) END`;

const USER = (name: string): string =>
  `CASE WHEN ${name}.id IS NOT NULL THEN jsonb_build_object('id', ${name}.id, 'email', ${name}.email,
     'firstName', ${name}.first_name, 'lastName', ${name}.last_name) END`;

/**
 * The people are those of the company and of Flixcheck, where it is one company's trail: an account
 * has few of them, and many records.
 */
function concerns(q: string | undefined, accountId: string | undefined, bind: Bind): string {
  const ofTrail =
    accountId === undefined ? [] : [`(account_id = ${bind(accountId)} OR role = 'operator')`];
  const found = [...ofTrail, ...finds(USER_SEARCH_TEXT, q, bind)].join(' AND ');
  const people = `SELECT id FROM users WHERE ${found}`;
  const either = [`r.actor_id IN (${people})`, `r.subject_id IN (${people})`];
  if (accountId === undefined) {
    const named = finds(searchable('name'), q, bind).join(' AND ');
    either.push(`account.id IN (SELECT id FROM accounts WHERE ${named})`);
  }
  return `(${either.join(' OR ')})`;
}
