import { Inject, Injectable, type OnModuleInit } from '@nestjs/common';
import { hashSecret, randomSecret } from '@flixcheck/oauth-protocol';
import { DataSource, type EntityManager } from 'typeorm';
import { BackgroundWork } from '../background/background-work.js';
import { Clock, HOUR } from '../config/clock.js';
import { CONFIG, type RuntimeConfig } from '../config/config.module.js';
import type { ResetStop } from '../mail/factor-reset-mails.js';
import { AuditLog } from '../users/audit-log.js';
import { Notices } from '../users/notices.js';
import { Passkeys } from '../users/passkeys.service.js';
import { SecondFactors } from '../users/second-factors.service.js';
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

/**
 * Takes the second factor off of whoever has lost it, after a time in which they can object: it may be
 * somebody else who has asked an admin for it. Carried out at the next sign-in, or in the background.
 */
@Injectable()
export class FactorResets implements OnModuleInit {
  private readonly waitMs: number;

  constructor(
    private readonly dataSource: DataSource,
    @Inject(CONFIG) config: RuntimeConfig,
    private readonly users: UsersService,
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
    this.users.onDisabled(async (tx, { userId }) => {
      await tx.query('DELETE FROM factor_resets WHERE user_id = $1', [userId]);
    });
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
   * Announces a reset to the user. One that is pending stays as it is.
   * @param tx with the user's row locked, so that no factor is added or removed in between
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
    const dueAt = atOnce ? at : new Date(at.getTime() + this.waitMs);
    const reset: FactorReset = { askedBy: by?.id ?? null, askedAt: at, dueAt };
    if (dueAt <= at) {
      await tx.query('DELETE FROM factor_resets WHERE user_id = $1', [userId]);
      await this.takeOff(tx, { userId, ...reset }, at);
      return reset;
    }
    const token = randomSecret();
    const added: unknown[] = await tx.query(
      `INSERT INTO factor_resets (user_id, asked_by, asked_at, due_at, token_hash)
       VALUES ($1, $2, $3, $4, $5) ON CONFLICT (user_id) DO NOTHING RETURNING 1`,
      [userId, reset.askedBy, at, dueAt, hashSecret(token)],
    );
    if (added.length === 0) {
      const [pending]: ResetRow[] = await tx.query(
        `SELECT ${COLUMNS} FROM factor_resets WHERE user_id = $1`,
        [userId],
      );
      return pending ?? null;
    }
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
    return this.stopThat(tx, 'user_id = $1', userId, how, () => actorId);
  }

  /**
   * The same by the link in the mail.
   * @returns whether it was still good
   */
  async stopByLink(tx: EntityManager, token: string): Promise<boolean> {
    const hash = hashSecret(token);
    return this.stopThat(tx, 'token_hash = $1', hash, 'link', (userId) => userId);
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
      const [[reset]]: [ResetRow[]] = await tx.query(
        `DELETE FROM factor_resets WHERE user_id = $1 AND due_at <= $2 RETURNING ${COLUMNS}`,
        [userId, now],
      );
      if (!reset) return false;
      if (user) await this.takeOff(tx, reset, now);
      return true;
    });
  }

  private async takeOff(
    tx: EntityManager,
    { userId, askedBy: actorId }: ResetRow,
    at: Date,
  ): Promise<void> {
    const removed = [
      await this.factors.remove(tx, userId),
      await this.passkeys.removeAll(tx, userId),
    ];
    if (!removed.includes(true)) return;
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

  private async stopThat(
    tx: EntityManager,
    condition: string,
    value: unknown,
    how: ResetStop,
    actorOf: (userId: string) => string | null,
  ): Promise<boolean> {
    const at = this.clock.now();
    const [[reset]]: [ResetRow[]] = await tx.query(
      `DELETE FROM factor_resets WHERE ${condition} AND due_at > $2 RETURNING ${COLUMNS}`,
      [value, at],
    );
    if (!reset) return false;
    const { userId, askedBy } = reset;
    await this.audit.record(tx, {
      actorId: actorOf(userId),
      action: 'second_factor_reset_stopped',
      subjectId: userId,
      detail: { how },
      at,
    });
    if (how !== 'link') {
      await this.notices.tell(tx, 'factor-reset-stopped', [userId], { how, person: null });
    }
    if (askedBy !== null && how !== 'admin') {
      const person = (await this.users.people([userId])).get(userId);
      await this.notices.tell(tx, 'factor-reset-stopped', [askedBy], {
        how,
        person: person ? `${person.firstName} ${person.lastName}`.trim() : '',
      });
    }
    return true;
  }
}
