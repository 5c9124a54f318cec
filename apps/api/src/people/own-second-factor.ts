import { Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import { type FactorReset, FactorResets } from '../auth/factor-resets.js';
import { type Device, SessionsService } from '../auth/sessions.service.js';
import { Clock } from '../config/clock.js';
import type { SessionCaller } from '../http/access.js';
import { ApiError, notFound } from '../http/api-error.js';
import type { AuditAction } from '../users/audit-log.js';
import { AuditLog } from '../users/audit-log.js';
import { Notices } from '../users/notices.js';
import { SecondFactors, type SecondFactorState } from '../users/second-factors.service.js';
import { type UserRecord, UsersService } from '../users/users.service.js';
import { IdentityProof, type ProofSource, wrongCode } from './identity-proof.js';
import { linkInvalid } from './recovery-links.js';

const REMEDY = 'The sign-in has been reset, or stays as it is.';

/** Lets users switch the second factor of their sign-in on and off, and admins off for others. */
@Injectable()
export class OwnSecondFactor {
  constructor(
    private readonly dataSource: DataSource,
    private readonly users: UsersService,
    private readonly factors: SecondFactors,
    private readonly resets: FactorResets,
    private readonly proof: IdentityProof,
    private readonly sessions: SessionsService,
    private readonly audit: AuditLog,
    private readonly notices: Notices,
    private readonly clock: Clock,
  ) {}

  stateOf(caller: SessionCaller): Promise<SecondFactorState> {
    return this.factors.stateOf(caller.userId);
  }

  /**
   * Makes a secret for the app. Nothing changes until `confirm`.
   * @throws ApiError validation_failed for a wrong password; too_many_attempts; conflict if there is
   *   a second factor already
   */
  async begin(
    caller: SessionCaller,
    password: string,
    source: ProofSource,
  ): Promise<{ secret: string; uri: string }> {
    const user = await this.proof.verifyPassword(caller, password, source);
    const setUp = await this.factors.begin(user.id, user.email);
    if (!setUp) {
      throw new ApiError('conflict', 'There is a second factor already. Switch it off first.');
    }
    return setUp;
  }

  /**
   * Switches the second factor on. All sessions end, and a new one takes the place of this one: who
   * was signed in with the password alone is out.
   * @returns the recovery codes, and the secret for the new session's cookie
   * @throws ApiError validation_failed for a wrong code
   */
  async confirm(
    caller: SessionCaller,
    code: string,
    device: Device,
  ): Promise<{ recoveryCodes: string[]; cookie: string }> {
    const at = this.clock.now();
    return this.dataSource.transaction(async (tx) => {
      // A sign-in with the password alone either comes first, and ends here, or is asked for a code.
      const user = await this.users.lockActive(tx, caller.userId);
      const recoveryCodes = user && (await this.factors.confirm(tx, user.id, code));
      if (!recoveryCodes) throw wrongCode();
      // The new one is not lost.
      await this.resets.stop(tx, user.id, 'factor', user.id);
      const ended = await this.sessions.endAll(caller.userId, tx, {
        actorId: caller.userId,
        reason: 'second_factor_changed',
        at,
      });
      if (!ended.includes(caller.sessionId)) {
        throw new ApiError('session_required', 'The session has ended. Sign in again.');
      }
      const { secret } = await this.sessions.start(tx, { user, ...device, at });
      await this.note(tx, 'second_factor_enabled', caller.userId, caller.userId, at);
      await this.notices.tell(tx, 'second-factor', [caller.userId], {
        event: 'enabled',
        at: at.toISOString(),
      });
      return { recoveryCodes, cookie: secret };
    });
  }

  /**
   * @returns new recovery codes; the earlier ones are void
   * @throws ApiError validation_failed for a wrong password or code; too_many_attempts
   */
  async renewRecoveryCodes(
    caller: SessionCaller,
    proof: { currentPassword: string; code: string },
    source: ProofSource,
  ): Promise<string[]> {
    await this.proof.verifyBoth(caller, proof, source);
    const at = this.clock.now();
    return this.dataSource.transaction(async (tx) => {
      await this.note(tx, 'recovery_codes_renewed', caller.userId, caller.userId, at);
      return this.factors.renewRecoveryCodes(tx, caller.userId);
    });
  }

  /**
   * @returns another secret for the cookie of this session; null if there was nothing to remove
   * @throws ApiError validation_failed for a wrong password or code; too_many_attempts
   */
  async remove(
    caller: SessionCaller,
    proof: { currentPassword: string; code: string },
    source: ProofSource,
  ): Promise<string | null> {
    await this.proof.verifyBoth(caller, proof, source);
    const at = this.clock.now();
    return this.dataSource.transaction(async (tx) => {
      const user = await this.users.lockActive(tx, caller.userId, 'NO KEY UPDATE');
      if (!user || !(await this.factors.remove(tx, user.id))) return null;
      await this.resets.settle(tx, user.id, user.id);
      await this.note(tx, 'second_factor_disabled', caller.userId, caller.userId, at);
      await this.notices.tell(tx, 'second-factor', [caller.userId], {
        event: 'disabled',
        at: at.toISOString(),
      });
      return this.sessions.renew(tx, caller.sessionId);
    });
  }

  /**
   * Resets the second factor of somebody who has lost it, and their passkeys, which the lost device may
   * hold as well: once they have had time to object. All sessions of that user end then.
   * @param actor who does it; null for the command line
   * @param options `atOnce`: without that time
   * @throws ApiError not_found for a user who is not of the actor's account; forbidden for an actor who
   *   is no longer an admin; conflict for the actor's own, and where there is nothing to reset
   */
  async reset(
    userId: string,
    actor: SessionCaller | null,
    options: { atOnce?: boolean } = {},
  ): Promise<FactorReset> {
    const { id } = await this.findUser(userId, actor);
    if (id === actor?.userId) {
      throw new ApiError(
        'conflict',
        'This is your own second factor. Switch it off under “Account and security”, or ask another admin.',
      );
    }
    return this.dataSource.transaction(async (tx) => {
      if (actor) await this.users.lockByAdmin(tx, id, actor);
      const by = actor && ((await this.users.people([actor.userId], tx)).get(actor.userId) ?? null);
      const user = await this.users.lockActive(tx, id, 'NO KEY UPDATE');
      const reset = user && (await this.resets.ask(tx, user.id, by, options));
      if (!reset) {
        throw new ApiError('conflict', 'The user is disabled, or has neither app nor passkey.');
      }
      return reset;
    });
  }

  /**
   * Calls the reset off, if there is one that is not due yet.
   * @param actor who does it; null for the command line
   * @throws ApiError not_found for a user who is not of the actor's account
   */
  async keep(userId: string, actor: SessionCaller | null): Promise<void> {
    const user = await this.findUser(userId, actor);
    const actorId = actor?.userId ?? null;
    await this.dataSource.transaction((tx) => this.resets.stop(tx, user.id, 'admin', actorId));
  }

  /** @throws ApiError validation_failed at `token` */
  async keepByLink(token: string): Promise<void> {
    const stopped = await this.dataSource.transaction((tx) => this.resets.stopByLink(tx, token));
    if (!stopped) throw linkInvalid(REMEDY);
  }

  private async findUser(userId: string, actor: SessionCaller | null): Promise<UserRecord> {
    const user = await this.users.findById(userId);
    if (!user || (actor && user.accountId !== actor.accountId)) throw notFound('The user');
    return user;
  }

  private note(
    tx: EntityManager,
    action: AuditAction,
    subjectId: string,
    actorId: string | null,
    at: Date,
  ): Promise<void> {
    return this.audit.record(tx, { actorId, action, subjectId, at });
  }
}
