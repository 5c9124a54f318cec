import { Inject, Injectable, type OnModuleInit } from '@nestjs/common';
import { hashSecret, randomSecret } from '@flixcheck/oauth-protocol';
import { DataSource, type EntityManager } from 'typeorm';
import { BackgroundWork } from '../background/background-work.js';
import { Clock, HOUR } from '../config/clock.js';
import { CONFIG, type RuntimeConfig } from '../config/config.module.js';
import type { ResetStop } from '../mail/factor-reset-mails.js';
import { AuditLog } from '../users/audit-log.js';
import { Accounts } from '../users/accounts.service.js';
import { Notices } from '../users/notices.js';
import { Passkeys } from '../users/passkeys.service.js';
import { SecondFactors } from '../users/second-factors.service.js';
import { NAMED_USERS } from '../users/user-relations.js';
import { type Person, UsersService } from '../users/users.service.js';
import { SessionsService } from './sessions.service.js';

/** A second factor that will be taken off unless somebody objects. */
export interface FactorReset {
  /** Null for the command line. */
  askedBy: string | null;
  askedAt: Date;
  dueAt: Date;
}

interface ResetRow extends FactorReset {
  userId: string;
}

const COLUMNS = `user_id AS "userId", asked_by AS "askedBy", asked_at AS "askedAt", due_at AS "dueAt"`;

/** Who hears that a reset will not happen; whoever has brought that about knows. */
const TOLD: Readonly<Record<ResetStop, { user: boolean; asker: boolean }>> = {
  link: { user: false, asker: true },
  factor: { user: true, asker: true },
  admin: { user: true, asker: false },
  asker: { user: true, asker: false },
  removed: { user: false, asker: true },
  disavowed: { user: false, asker: true },
};

/**
 * Takes the second factor off of whoever has lost it, after a time in which they can object: it may be
 * somebody else who has asked an admin for it. Carried out at the next sign-in, or in the background.
 *
 * All that decides a reset locks in one order, so that no two wait for each other: the user, then the
 * reset, then the factors.
 */
@Injectable()
export class FactorResets implements OnModuleInit {
  private readonly waitMs: number;

  constructor(
    private readonly dataSource: DataSource,
    @Inject(CONFIG) config: RuntimeConfig,
    private readonly users: UsersService,
    private readonly accounts: Accounts,
    private readonly factors: SecondFactors,
    private readonly passkeys: Passkeys,
    private readonly sessions: SessionsService,
    private readonly audit: AuditLog,
    private readonly notices: Notices,
    private readonly background: BackgroundWork,
    private readonly clock: Clock,
  ) {
    this.waitMs = config.factorResetHours * HOUR;
  }

  onModuleInit(): void {
    this.background.step({
      name: 'auth.factor-resets',
      schedule: '* * * * *',
      run: (signal) => this.carryOutAllDue(signal),
    });
    this.users.onDisabled(async (tx, { userId, actorId }) => {
      await this.drop(tx, 'u.id = $1', userId, { how: 'disabled', actorId });
      await this.stopAskedBy(tx, userId, actorId);
    });
    this.accounts.onClosed((tx, { accountId, actorId }) =>
      this.drop(tx, 'u.account_id = $1', accountId, { how: 'closed', actorId }),
    );
  }

  /** Those of these users whose reset is pending. */
  async pendingOf(userIds: readonly string[]): Promise<Map<string, FactorReset>> {
    const rows: ResetRow[] = await this.dataSource.query(
      `SELECT ${COLUMNS} FROM factor_resets WHERE user_id = ANY ($1::uuid[]) AND due_at > $2`,
      [userIds, this.clock.now()],
    );
    return new Map(rows.map(({ userId, ...reset }) => [userId, reset]));
  }

  /**
   * Announces a reset to the user. One that is pending stays as it is; one that is due is carried out.
   * @param tx with the user's row locked, so that no factor is added or removed in between, and that of
   *   whoever asks, so that they are an admin
   * @param by who does it, and what they are called; null for the command line
   * @param options `atOnce`: carries it out, for somebody who stands beside the operator
   * @returns null if there is nothing to reset
   */
  async ask(
    tx: EntityManager,
    userId: string,
    by: Person | null,
    { atOnce = false }: { atOnce?: boolean } = {},
  ): Promise<FactorReset | null> {
    if (!(await this.hasFactor(tx, userId))) return null;
    const at = this.clock.now();
    const [pending]: ResetRow[] = await tx.query(
      `SELECT ${COLUMNS} FROM factor_resets WHERE user_id = $1`,
      [userId],
    );
    const asked = { userId, askedBy: by?.id ?? null, askedAt: at };
    const isDue = pending !== undefined && pending.dueAt <= at;
    if (isDue || atOnce || this.waitMs === 0) {
      await tx.query('DELETE FROM factor_resets WHERE user_id = $1', [userId]);
      const reset = { ...(isDue ? pending : asked), dueAt: at };
      await this.takeOff(tx, reset, at);
      return reset;
    }
    if (pending) return pending;
    const dueAt = new Date(at.getTime() + this.waitMs);
    const reset = { ...asked, dueAt };
    const token = randomSecret();
    await tx.query(
      `INSERT INTO factor_resets (user_id, asked_by, asked_at, due_at, token_hash)
       VALUES ($1, $2, $3, $4, $5)`,
      [userId, reset.askedBy, at, dueAt, hashSecret(token)],
    );
    await this.audit.record(tx, {
      actorId: reset.askedBy,
      action: 'second_factor_reset_asked',
      subjectId: userId,
      detail: { dueAt },
      at,
    });
    await this.notices.tell(tx, 'factor-reset-announced', [userId], {
      token,
      at: dueAt.toISOString(),
      by: by && `${by.firstName} ${by.lastName}`.trim(),
    });
    return reset;
  }

  /**
   * Stops a reset that is not due yet.
   * @param actorId who does it; null for the command line
   * @returns whether there was one
   */
  async stop(
    tx: EntityManager,
    userId: string,
    how: ResetStop,
    actorId: string | null,
  ): Promise<boolean> {
    return this.stopThose(tx, 'user_id = $1', userId, how, () => actorId);
  }

  /**
   * The same by the link in the mail.
   * @returns whether it was still good
   */
  async stopByLink(tx: EntityManager, token: string): Promise<boolean> {
    const hash = hashSecret(token);
    return this.stopThose(tx, 'token_hash = $1', hash, 'link', (userId) => userId);
  }

  /** Those that are not due fall with the admin who asked for them, like an invitation. */
  async stopAskedBy(tx: EntityManager, askerId: string, actorId: string | null): Promise<void> {
    await this.stopThose(tx, 'asked_by = $1', askerId, 'asker', () => actorId);
  }

  /**
   * Stops a reset that is not due yet if its user has neither app nor passkey any more: one that is set
   * up later is not the one that was lost.
   * @param tx with the user's row locked
   */
  async settle(tx: EntityManager, userId: string, actorId: string | null): Promise<void> {
    if (await this.hasFactor(tx, userId)) return;
    await this.stop(tx, userId, 'removed', actorId);
  }

  /**
   * Leaves no reset behind: whoever has got into the account may have asked for it. One that is due has
   * taken effect, and is carried out.
   * @param tx with the user's row locked
   */
  async disavow(tx: EntityManager, userId: string): Promise<void> {
    await this.carryOutIn(tx, userId, this.clock.now());
    await this.stop(tx, userId, 'disavowed', userId);
  }

  /** Carries out the reset of this user if it is due; to be called before a sign-in looks for factors. */
  async carryOutDue(userId: string): Promise<void> {
    const now = this.clock.now();
    const due: unknown[] = await this.dataSource.query(
      'SELECT FROM factor_resets WHERE user_id = $1 AND due_at <= $2',
      [userId, now],
    );
    if (due.length > 0) await this.carryOut(userId, now);
  }

  private async carryOutAllDue(signal: AbortSignal): Promise<number> {
    const now = this.clock.now();
    const due: { userId: string }[] = await this.dataSource.query(
      'SELECT user_id AS "userId" FROM factor_resets WHERE due_at <= $1 ORDER BY due_at LIMIT 1000',
      [now],
    );
    let done = 0;
    for (const { userId } of due) {
      if (signal.aborted) break;
      if (await this.carryOut(userId, now)) done += 1;
    }
    return done;
  }

  /** @returns false if another node, or a sign-in, was faster */
  private carryOut(userId: string, now: Date): Promise<boolean> {
    return this.dataSource.transaction(async (tx) => {
      // Before the factors, so that none is added in between.
      const user = await this.users.lockActive(tx, userId, 'NO KEY UPDATE');
      return user !== null && this.carryOutIn(tx, userId, now);
    });
  }

  private async carryOutIn(tx: EntityManager, userId: string, now: Date): Promise<boolean> {
    const [[reset]]: [ResetRow[]] = await tx.query(
      `DELETE FROM factor_resets WHERE user_id = $1 AND due_at <= $2 RETURNING ${COLUMNS}`,
      [userId, now],
    );
    if (!reset) return false;
    await this.takeOff(tx, reset, now);
    return true;
  }

  /** Ends the sessions whatever there is to take off: since it was due, they have been refused. */
  private async takeOff(
    tx: EntityManager,
    { userId, askedBy: actorId }: ResetRow,
    at: Date,
  ): Promise<void> {
    await this.factors.remove(tx, userId);
    await this.passkeys.removeAll(tx, userId);
    await this.sessions.endAll(userId, tx, { actorId, reason: 'second_factor_changed', at });
    await this.audit.record(tx, {
      actorId,
      action: 'second_factor_reset',
      subjectId: userId,
      at,
    });
    await this.notices.tell(tx, 'second-factor', [userId], {
      event: 'reset',
      at: at.toISOString(),
    });
  }

  private async hasFactor(tx: EntityManager, userId: string): Promise<boolean> {
    const { enabledAt } = await this.factors.stateOf(userId, tx);
    return enabledAt !== null || (await this.passkeys.of(userId, tx)).length > 0;
  }

  private async stopThose(
    tx: EntityManager,
    condition: string,
    value: unknown,
    how: ResetStop,
    actorOf: (userId: string) => string | null,
  ): Promise<boolean> {
    const at = this.clock.now();
    // In a fixed order: there may be several.
    const [stopped]: [ResetRow[]] = await tx.query(
      `DELETE FROM factor_resets WHERE user_id IN (
         SELECT user_id FROM factor_resets WHERE ${condition} AND due_at > $2
          ORDER BY user_id FOR UPDATE) RETURNING ${COLUMNS}`,
      [value, at],
    );
    await this.recordStops(tx, stopped, how, actorOf);
    for (const reset of stopped) await this.tellStopped(tx, reset, how);
    return stopped.length > 0;
  }

  /** Of people who are shut out: due or not, it goes, and nobody hears of it by mail. */
  private async drop(
    tx: EntityManager,
    condition: string,
    value: string,
    { how, actorId }: { how: 'disabled' | 'closed'; actorId: string | null },
  ): Promise<void> {
    const [dropped]: [{ userId: string }[]] = await tx.query(
      `DELETE FROM factor_resets WHERE user_id IN (
         SELECT reset.user_id FROM factor_resets reset JOIN ${NAMED_USERS} u ON u.id = reset.user_id
          WHERE ${condition} ORDER BY reset.user_id FOR UPDATE OF reset)
       RETURNING user_id AS "userId"`,
      [value],
    );
    await this.recordStops(tx, dropped, how, () => actorId);
  }

  private recordStops(
    tx: EntityManager,
    stopped: readonly { userId: string }[],
    how: string,
    actorOf: (userId: string) => string | null,
  ): Promise<void> {
    const at = this.clock.now();
    return this.audit.recordAll(
      tx,
      stopped.map(({ userId }) => ({
        actorId: actorOf(userId),
        action: 'second_factor_reset_stopped',
        subjectId: userId,
        detail: { how },
        at,
      })),
    );
  }

  private async tellStopped(
    tx: EntityManager,
    { userId, askedBy }: ResetRow,
    how: ResetStop,
  ): Promise<void> {
    const { user, asker } = TOLD[how];
    if (user) await this.notices.tell(tx, 'factor-reset-stopped', [userId], { how, person: null });
    if (!asker || askedBy === null) return;
    const person = (await this.users.people([userId], tx)).get(userId);
    await this.notices.tell(tx, 'factor-reset-stopped', [askedBy], {
      how,
      person: person ? `${person.firstName} ${person.lastName}`.trim() : '',
    });
  }
}
