import { Inject, Injectable, type OnModuleInit } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import { hashSecret, randomSecret } from '@flixcheck/oauth-protocol';
import { randomUUID } from 'node:crypto';
import {
  type EntityManager,
  type FindOptionsWhere,
  In,
  MoreThan,
  Not,
  Raw,
  Repository,
} from 'typeorm';
import { Clock, DAY, HOUR, MINUTE, SECOND } from '../config/clock.js';
import { CONFIG, type RuntimeConfig } from '../config/config.module.js';
import { ConnectionChanges } from '../connections/connection-changes.js';
import { preparedStatement } from '../database/prepared-statement.js';
import type { Duty, Role, SessionCaller } from '../http/access.js';
import { ApiError, notFound } from '../http/api-error.js';
import {
  DEFAULT_LIMIT,
  decodeCursor,
  type PageQuery,
  type ResourcesEnvelope,
  toPage,
} from '../http/envelope.js';
import { Accounts } from '../users/accounts.service.js';
import { PROOF_LASTS_MS } from '../http/identity-proof.js';
import { AuditLog, type AuditRecord } from '../users/audit-log.js';
import { ACTIVE_USERS, NAMED_USERS } from '../users/user-relations.js';
import { UsersService } from '../users/users.service.js';
import { lacksFactor } from './factor-duty.js';
import { resetIsDue } from './factor-resets-due.js';
import { SessionEntity } from './session.entity.js';

/** When a session ends: so long after its last request, and so long after the sign-in in any case. */
export interface SessionLimits {
  idleMs: number;
  absoluteMs: number;
}

const OF_COMPANIES: SessionLimits = { idleMs: 12 * HOUR, absoluteMs: 7 * DAY };
/** Operators reach every company, so a browser left open is worth more to a thief. */
const OF_OPERATORS: SessionLimits = { idleMs: HOUR, absoluteMs: 12 * HOUR };

export const SESSION_LIMITS: Readonly<Record<Role, SessionLimits>> = {
  member: OF_COMPANIES,
  admin: OF_COMPANIES,
  operator: OF_OPERATORS,
};
/** No session outlives them. */
export const LONGEST_SESSION_MS = OF_COMPANIES.absoluteMs;
export const LONGEST_IDLE_MS = OF_COMPANIES.idleMs;
/** Enough for every device that somebody owns. Beyond, a sign-in ends those that are not in use. */
export const MAX_SESSIONS = 20;
/** A session that was used so lately is never ended to make room for another one. */
export const IN_USE_MS = 15 * MINUTE;
/** `lastSeenAt` is written at most once a minute, not at every request. */
const LAST_SEEN_MS = MINUTE;
export const MAX_USER_AGENT_LENGTH = 400;
/** What `randomSecret` makes; for anything else there is no need to ask the database. */
const SECRET_SHAPE = /^[A-Za-z0-9_-]{43}$/;

export interface SessionRecord {
  id: string;
  createdAt: Date;
  lastSeenAt: Date;
  /** When it ends if it is not used again. */
  expiresAt: Date;
  ip: string;
  userAgent: string | null;
}

/** What a request tells about the browser that sent it. */
export interface Device {
  ip: string;
  userAgent: string | undefined;
}

export interface NewSession extends Device {
  user: { id: string; role: Role };
  at: Date;
}

/** How a session ends, for the audit trail. One that expires leaves no record. */
export interface SessionEnd {
  /** Null for the command line. */
  actorId: string | null;
  reason:
    | 'signed_out'
    | 'by_user'
    | 'by_admin'
    | 'signed_in_again'
    | 'too_many'
    | 'disavowed'
    | 'password_changed'
    | 'email_changed'
    | 'password_reset'
    | 'role_changed'
    | 'second_factor_changed'
    | 'user_disabled';
  at: Date;
}

type CallerRow = Omit<SessionCaller, 'via' | 'duty'> & { seen: boolean; duty: Duty | null };

const callerOf = preparedStatement<CallerRow>(
  'session_caller',
  `SELECT s.id AS "sessionId", s.user_id AS "userId", u.account_id AS "accountId", u.role,
          s.last_seen_at > $3 AS seen,
          coalesce(s.proven_at, s.created_at) > $4 AS "freshlyProven",
          CASE WHEN u.password_given THEN 'password'
               WHEN ${lacksFactor('$2', '$5')} THEN 'factor' END AS duty
     FROM sessions s JOIN ${ACTIVE_USERS} u ON u.id = s.user_id
    WHERE s.secret_hash = $1 AND ${livingAt('$2')} AND NOT ${resetIsDue('s.user_id', '$2')}`,
);

/** Portal sessions, which end as `SESSION_LIMITS` says. */
@Injectable()
export class SessionsService implements OnModuleInit {
  constructor(
    @InjectRepository(SessionEntity) private readonly sessions: Repository<SessionEntity>,
    private readonly users: UsersService,
    private readonly accounts: Accounts,
    private readonly changes: ConnectionChanges,
    private readonly audit: AuditLog,
    private readonly clock: Clock,
    @Inject(CONFIG) private readonly config: RuntimeConfig,
  ) {}

  onModuleInit(): void {
    this.users.onDisabled(async (tx, { userId, actorId, at }) => {
      await this.endAll(userId, tx, { actorId, reason: 'user_disabled', at });
    });
    // They are refused already; without a row, none comes back when the company is opened again.
    this.accounts.onClosed(async (tx, { accountId }) => {
      await tx.query(
        `DELETE FROM sessions s USING ${NAMED_USERS} u
          WHERE u.id = s.user_id AND u.account_id = $1`,
        [accountId],
      );
    });
    this.changes.checkSessionsWith((ids) => this.living(ids));
  }

  /** The sessions among these that have not ended. Asking does not prolong them. */
  async living(
    ids: readonly string[],
    db: EntityManager = this.sessions.manager,
  ): Promise<ReadonlySet<string>> {
    const now = this.clock.now();
    const rows: { id: string }[] = await db.query(
      `SELECT s.id FROM sessions s JOIN ${ACTIVE_USERS} u ON u.id = s.user_id
       WHERE s.id = ANY ($1) AND ${livingAt('$2')} AND NOT ${resetIsDue('s.user_id', '$2')}`,
      [ids, now],
    );
    return new Set(rows.map(({ id }) => id));
  }

  /**
   * Starts a session. Of more than `MAX_SESSIONS`, those end that have gone unused longest and
   * are not in use.
   * @param tx which has locked the user, so that two sign-ins at once are counted one by one
   * @returns the session and the secret for its cookie, which is not stored
   */
  async start(
    tx: EntityManager,
    { user, ip, userAgent, at }: NewSession,
  ): Promise<{ session: SessionRecord; secret: string }> {
    await this.makeRoom(tx, user.id, at);
    const secret = randomSecret();
    const { idleMs, absoluteMs } = SESSION_LIMITS[user.role];
    const session: SessionEntity = {
      id: randomUUID(),
      secretHash: hashSecret(secret),
      userId: user.id,
      createdAt: at,
      provenAt: null,
      lastSeenAt: at,
      expiresAt: new Date(at.getTime() + absoluteMs),
      idleSeconds: idleMs / SECOND,
      ip,
      userAgent: userAgent?.slice(0, MAX_USER_AGENT_LENGTH) ?? null,
    };
    await tx.insert(SessionEntity, session);
    return { session: toRecord(session), secret };
  }

  /**
   * The caller that a session cookie stands for. One statement, which joins what the users module
   * publishes, so that a disabled user or a changed role takes effect with the next request.
   * @returns null when the session is unknown, has ended, or its user may not act
   */
  async findCaller(secret: string): Promise<SessionCaller | null> {
    if (!SECRET_SHAPE.test(secret)) return null;
    const now = this.clock.now();
    const [row] = await callerOf(this.sessions.manager.dataSource, [
      hashSecret(secret),
      now,
      before(now, LAST_SEEN_MS),
      before(now, PROOF_LASTS_MS),
      this.config.staffNeedSecondFactor,
    ]);
    if (!row) return null;
    const { seen, duty, ...caller } = row;
    if (!seen) await this.touch(caller.sessionId, now);
    return { via: 'session', ...caller, ...(duty && { duty }) };
  }

  async findById(id: string): Promise<SessionRecord | null> {
    const session = await this.sessions.findOneBy({ id });
    return session && toRecord(session);
  }

  /** The user's living sessions, newest first. */
  async list(userId: string, page: PageQuery): Promise<ResourcesEnvelope<SessionRecord>> {
    const limit = page.limit ?? DEFAULT_LIMIT;
    const after = decodeCursor(page.cursor);
    const now = this.clock.now();
    const query = this.sessions
      .createQueryBuilder('session')
      .where('session.userId = :userId', { userId })
      .andWhere(living(now))
      .orderBy('session.createdAt', 'DESC')
      .addOrderBy('session.id', 'DESC')
      .limit(limit + 1);
    if (after) {
      query.andWhere(
        '(session.createdAt, session.id) < (CAST(:at AS timestamptz), CAST(:id AS uuid))',
        { at: after[0], id: after[1] },
      );
    }
    const sessions = await query.getMany();
    return toPage(sessions, limit, ({ createdAt, id }) => [createdAt.toISOString(), id], toRecord);
  }

  /**
   * @param reason whether the user signs out or ends another session
   * @throws ApiError not_found when the user has no such session
   */
  async end(userId: string, id: string, reason: 'signed_out' | 'by_user'): Promise<void> {
    const now = this.clock.now();
    await this.sessions.manager.transaction(async (tx) => {
      const where = {
        id,
        userId,
        ...living(now),
      };
      const ended = await this.delete(tx, where, { actorId: userId, reason, at: now });
      if (ended.length === 0) throw notFound('The session');
    });
  }

  /**
   * Gives the session another secret, when its user has proved again who they are or changed a factor:
   * a cookie from before is worth nothing (session fixation, OWASP ASVS 7.2.4).
   * @param options `proven`: for a time, its user is not asked again
   * @returns the secret for its cookie
   * @throws ApiError session_required when it has ended in the meantime
   */
  async renew(
    tx: EntityManager,
    id: string,
    { proven = false }: { proven?: boolean } = {},
  ): Promise<string> {
    const secret = randomSecret();
    const { affected } = await tx.update(
      SessionEntity,
      { id },
      { secretHash: hashSecret(secret), ...(proven && { provenAt: this.clock.now() }) },
    );
    if (affected !== 1) {
      throw new ApiError('session_required', 'The session has ended. Sign in again.');
    }
    return secret;
  }

  /** Ends the session that a cookie stands for, if there is one. */
  async endBySecret(tx: EntityManager, secret: string, end: SessionEnd): Promise<void> {
    await this.delete(tx, { secretHash: hashSecret(secret) }, end);
  }

  /** Ends all sessions of the user except the one to keep. */
  async endOthers(userId: string, keptId: string): Promise<void> {
    const end = { actorId: userId, reason: 'by_user', at: this.clock.now() } as const;
    await this.sessions.manager.transaction((tx) => this.endAllBut(tx, userId, keptId, end));
  }

  /**
   * Ends all sessions of the user.
   * @returns their ids
   */
  endAll(userId: string, tx: EntityManager, end: SessionEnd): Promise<string[]> {
    return this.delete(tx, { userId }, end);
  }

  /**
   * Ends the sessions of the user that have not ended by themselves, so that it can be said how many.
   * @returns their ids
   */
  endLiving(userId: string, tx: EntityManager, end: SessionEnd): Promise<string[]> {
    return this.delete(tx, { userId, ...living(end.at) }, end);
  }

  /** Ends all sessions of the user except the one to keep. */
  async endAllBut(
    tx: EntityManager,
    userId: string,
    keptId: string,
    end: SessionEnd,
  ): Promise<void> {
    await this.delete(tx, { userId, id: Not(keptId) }, end);
  }

  private async makeRoom(tx: EntityManager, userId: string, at: Date): Promise<void> {
    const unused: { id: string }[] = await tx.query(
      `SELECT id FROM (SELECT s.id, s.last_seen_at FROM sessions s
                        WHERE s.user_id = $1 AND ${livingAt('$2')}
                        ORDER BY s.last_seen_at DESC, s.created_at DESC
                       OFFSET ${MAX_SESSIONS - 1}) beyond
        WHERE last_seen_at <= $3`,
      [userId, at, before(at, IN_USE_MS)],
    );
    if (unused.length === 0) return;
    const ids = unused.map(({ id }) => id);
    await this.delete(tx, { id: In(ids) }, { actorId: userId, reason: 'too_many', at });
  }

  private async delete(
    tx: EntityManager,
    where: FindOptionsWhere<SessionEntity>,
    { actorId, reason, at }: SessionEnd,
  ): Promise<string[]> {
    const { raw } = await tx
      .createQueryBuilder()
      .delete()
      .from(SessionEntity)
      .where(where)
      .returning('id, user_id')
      .execute();
    const ended = raw as { id: string; user_id: string }[];
    const action = reason === 'signed_out' ? 'signed_out' : 'session_ended';
    const records = ended.map(({ id, user_id }): AuditRecord => ({
      actorId,
      action,
      subjectId: user_id,
      detail: { sessionId: id, ...(action === 'session_ended' && { reason }) },
      at,
    }));
    await this.audit.recordAll(tx, records);
    return ended.map(({ id }) => id);
  }

  private async touch(id: string, now: Date): Promise<void> {
    await this.sessions.query(
      `UPDATE sessions SET last_seen_at = $2 WHERE id = $1 AND last_seen_at <= $3`,
      [id, now, before(now, LAST_SEEN_MS)],
    );
  }
}

function before(now: Date, ms: number): Date {
  return new Date(now.getTime() - ms);
}

/** Condition of a session `s` that has not ended at the time of this parameter. */
function livingAt(time: string): string {
  return `s.expires_at > ${time}
      AND s.last_seen_at > ${time}::timestamptz - make_interval(secs => s.idle_seconds)`;
}

/** The same condition, for TypeORM. */
function living(now: Date): FindOptionsWhere<SessionEntity> {
  const notIdle = (column: string) =>
    `${column} > :now::timestamptz - make_interval(secs => idle_seconds)`;
  return { expiresAt: MoreThan(now), lastSeenAt: Raw(notIdle, { now }) };
}

function toRecord(session: SessionEntity): SessionRecord {
  const { id, createdAt, lastSeenAt, ip, userAgent } = session;
  const idleAt = lastSeenAt.getTime() + session.idleSeconds * SECOND;
  const expiresAt = new Date(Math.min(session.expiresAt.getTime(), idleAt));
  return { id, createdAt, lastSeenAt, expiresAt, ip, userAgent };
}
