import { Injectable } from '@nestjs/common';
import { canonical, type Judgement } from '@flixcheck/password-strength';
import { DataSource, type EntityManager } from 'typeorm';
import { Clock } from '../config/clock.js';
import type { SessionCaller } from '../http/access.js';
import { ApiError, notFound } from '../http/api-error.js';
import { requireIdentityProof } from '../http/identity-proof.js';
import { validationFailed } from '../http/validation.js';
import { ConnectionsService } from '../connections/connections.service.js';
import { AuditLog } from '../users/audit-log.js';
import { Notices } from '../users/notices.js';
import { PasswordHasher } from '../users/password-hasher.js';
import { PasswordPolicy } from '../users/password-policy.js';
import { normalizeEmail, type UserRecord, UsersService } from '../users/users.service.js';
import { IdentityProof, type ProofSource, wrongPassword } from './identity-proof.js';
import { JudgementLimit } from './judgement-limit.js';
import { OwnPasskeys } from './own-passkeys.js';
import { endRecoveryLinks } from './recovery-links.js';
import { SessionsService } from '../auth/sessions.service.js';
import { Slots } from '../auth/slots.js';

export interface PasswordChange {
  /** Absent for the first password of somebody who has joined with a passkey. */
  currentPassword?: string;
  newPassword: string;
  revokeConnections?: boolean;
}

/** What replaces a forgotten password. */
export interface PasswordReset {
  newPassword: string;
  revokeConnections?: boolean;
  /** Its owner has chosen it, or no person signs in with it. */
  keep?: boolean;
}

/** Changes one's own password, or replaces one that is forgotten or known to others. */
@Injectable()
export class PasswordsService {
  /** One at a time: somebody who types must not hold up those who change their password. */
  private readonly advice = new Slots({ size: 1, waiting: 32, waitingPerParty: 4 });

  constructor(
    private readonly dataSource: DataSource,
    private readonly users: UsersService,
    private readonly hasher: PasswordHasher,
    private readonly policy: PasswordPolicy,
    private readonly judgements: JudgementLimit,
    private readonly proof: IdentityProof,
    private readonly passkeys: OwnPasskeys,
    private readonly sessions: SessionsService,
    private readonly connections: ConnectionsService,
    private readonly audit: AuditLog,
    private readonly notices: Notices,
    private readonly clock: Clock,
  ) {}

  /**
   * Replaces the password and ends the user's sessions. A new session takes the place of this one,
   * so that anybody who knows its cookie is out too. Links by which it could be replaced end as well.
   * Connections stay unless the user ends them as well. A wrong current password counts as a failed
   * sign-in; who has none needs a fresh proof of identity instead. Passkeys stay.
   * @returns the secret for the new session's cookie
   * @throws ApiError validation_failed; identity_proof_required; too_many_attempts; session_required
   *   when the session has ended in the meantime
   */
  async change(
    caller: SessionCaller,
    change: PasswordChange,
    source: ProofSource,
  ): Promise<string> {
    const user = await this.users.findById(caller.userId);
    if (!user) throw notFound('The user');
    const { newPassword, revokeConnections = false } = change;
    const verifiedHash = await this.verifiedHashOf(user, caller, change, source);
    await this.policy.refuseWeak('newPassword', newPassword, personalWords(user));
    const newHash = await this.hasher.hash(newPassword);
    const at = this.clock.now();
    return this.dataSource.transaction(async (tx) => {
      const changed = await this.users.setPassword(tx, user.id, newHash, verifiedHash);
      if (!changed) throw wrongPassword();
      await endRecoveryLinks(tx, user.id, at);
      const ended = await this.sessions.endAll(user.id, tx, {
        actorId: user.id,
        reason: 'password_changed',
        at,
      });
      if (!ended.includes(caller.sessionId)) throw sessionEnded();
      const { ip, userAgent } = source;
      const { session, secret } = await this.sessions.start(tx, {
        user,
        ip,
        userAgent,
        at,
      });
      if (revokeConnections) await this.endConnections(tx, user.id, { actorId: user.id, at });
      await this.audit.record(tx, {
        actorId: user.id,
        action: 'password_changed',
        subjectId: user.id,
        detail: { revokeConnections, sessionId: session.id, ip },
        at,
      });
      await this.notices.tell(tx, 'password-changed', [user.id], {
        at: at.toISOString(),
        by: 'user',
        first: !user.passwordChosen,
        connectionsEnded: revokeConnections,
      });
      return secret;
    });
  }

  /** @returns the hash of the current password; null for a user who has none */
  private async verifiedHashOf(
    user: UserRecord,
    caller: SessionCaller,
    { currentPassword, newPassword }: PasswordChange,
    source: ProofSource,
  ): Promise<string | null> {
    if (user.passwordChosen && currentPassword === undefined) throw currentPasswordRequired();
    refuseUnfit(newPassword, user.passwordChosen ? currentPassword : undefined, user);
    if (user.passwordChosen) {
      const verified = await this.proof.verifyPasswordOf(user, currentPassword ?? '', source);
      return verified.passwordHash;
    }
    requireIdentityProof(caller);
    return null;
  }

  /**
   * Rates a password for this user; nothing is stored.
   * @param signal aborted once the caller has left
   * @throws ApiError too_many_attempts, service_unavailable
   */
  async judge(caller: SessionCaller, password: string, signal: AbortSignal): Promise<Judgement> {
    this.judgements.count(caller.userId);
    const user = await this.users.findById(caller.userId);
    if (!user) throw notFound('The user');
    const turn = { party: caller.userId, signal };
    return this.advice.run(() => this.policy.assess(password, personalWords(user)), turn);
  }

  /**
   * Replaces a user's password from the command line; its owner has to choose another one. Ends all sessions of the user and removes the
   * passkeys; connections stay unless told otherwise.
   * @throws ApiError not_found, validation_failed for a common password
   */
  async reset(userId: string, reset: PasswordReset): Promise<void> {
    const user = await this.users.findById(userId);
    if (!user) throw notFound('The user');
    const { newPassword, revokeConnections = false, keep = false } = reset;
    await this.policy.refuseWeak('password', newPassword, personalWords(user));
    const newHash = await this.hasher.hash(newPassword);
    const at = this.clock.now();
    await this.dataSource.transaction(async (tx) => {
      await this.users.replacePassword(tx, user.id, newHash, { given: !keep });
      await endRecoveryLinks(tx, user.id, at);
      await this.passkeys.removeAll(tx, user.id, { actorId: null, at });
      await this.sessions.endAll(user.id, tx, { actorId: null, reason: 'password_reset', at });
      if (revokeConnections) await this.endConnections(tx, user.id, { actorId: null, at });
      await this.audit.record(tx, {
        actorId: null,
        action: 'password_reset',
        subjectId: user.id,
        detail: { revokeConnections },
        at,
      });
      await this.notices.tell(tx, 'password-changed', [user.id], {
        at: at.toISOString(),
        by: 'operator',
        connectionsEnded: revokeConnections,
      });
    });
  }

  private async endConnections(
    tx: EntityManager,
    userId: string,
    by: { actorId: string | null; at: Date },
  ): Promise<void> {
    const ending = { ...by, reason: 'password_changed' } as const;
    const connections = await this.connections.revokeAll(tx, { userId }, ending);
    if (connections === 0) return;
    const detail = { connections, reason: ending.reason };
    await this.audit.record(tx, {
      ...by,
      action: 'connections_revoked',
      subjectId: userId,
      detail,
    });
  }
}

function refuseUnfit(
  newPassword: string,
  currentPassword: string | undefined,
  user: UserRecord,
): void {
  const refuse = (code: string, message: string): ApiError =>
    validationFailed([{ field: 'newPassword', code, message }]);
  if (currentPassword !== undefined && canonical(newPassword) === canonical(currentPassword)) {
    throw refuse('same_as_current', 'The new password must differ from the current one.');
  }
  if (normalizeEmail(newPassword) === normalizeEmail(user.email)) {
    throw refuse('same_as_email', 'The new password must not be the e-mail address.');
  }
}

export function personalWords({ firstName, lastName, email, account }: UserRecord): string[] {
  return [firstName, lastName, email, account.name];
}

function currentPasswordRequired(): ApiError {
  const message = 'You have a password already: send it along.';
  return validationFailed([{ field: 'currentPassword', code: 'required', message }]);
}

function sessionEnded(): ApiError {
  return new ApiError(
    'session_required',
    'The session has ended in the meantime, and the password has not changed. Sign in again.',
  );
}
