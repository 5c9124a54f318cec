import { Injectable } from '@nestjs/common';
import type {
  PublicKeyCredentialCreationOptionsJSON,
  RegistrationResponseJSON,
} from '@simplewebauthn/server';
import { hashSecret } from '@flixcheck/oauth-protocol';
import { DataSource, type EntityManager } from 'typeorm';
import { Clock } from '../config/clock.js';
import { FactorResets } from '../auth/factor-resets.js';
import { SessionsService } from '../auth/sessions.service.js';
import { deviceWords } from '../auth/user-agent.js';
import type { SessionCaller } from '../http/access.js';
import { ApiError, notFound } from '../http/api-error.js';
import { validationFailed } from '../http/validation.js';
import { AuditLog } from '../users/audit-log.js';
import { Notices } from '../users/notices.js';
import {
  MAX_PASSKEYS,
  type Passkey,
  type PasskeyMaker,
  type PasskeyOwner,
  Passkeys,
} from '../users/passkeys.service.js';
import { type UserRecord, UsersService } from '../users/users.service.js';
import { type GivenProof, IdentityProof, type ProofSource } from './identity-proof.js';

/** Lets users add and remove the passkeys by which they sign in. */
@Injectable()
export class OwnPasskeys {
  constructor(
    private readonly dataSource: DataSource,
    private readonly users: UsersService,
    private readonly passkeys: Passkeys,
    private readonly resets: FactorResets,
    private readonly proof: IdentityProof,
    private readonly sessions: SessionsService,
    private readonly audit: AuditLog,
    private readonly notices: Notices,
    private readonly clock: Clock,
  ) {}

  list(caller: SessionCaller): Promise<Passkey[]> {
    return this.passkeys.of(caller.userId);
  }

  /**
   * Lets this session make one passkey: it will replace password and code, so both are asked for, or
   * another passkey.
   * @throws ApiError validation_failed for a wrong password or code; too_many_attempts; conflict
   *   when there are too many
   */
  async begin(
    caller: SessionCaller,
    proof: GivenProof,
    source: ProofSource,
  ): Promise<PublicKeyCredentialCreationOptionsJSON> {
    const user = await this.proof.verify(caller, proof, source);
    const known = await this.passkeys.of(user.id);
    refuseMore(known);
    return this.passkeys.setUpOptions(user, known, caller);
  }

  /**
   * @returns the passkey, and another secret for the cookie of this session
   * @throws ApiError validation_failed if the browser's answer is not to what `begin` gave;
   *   session_required when the session has ended in the meantime
   */
  add(
    caller: SessionCaller,
    name: string,
    credential: RegistrationResponseJSON,
  ): Promise<{ passkey: Passkey; cookie: string }> {
    const { userId, sessionId } = caller;
    return this.dataSource.transaction(async (tx) => {
      // One at a time, and none beside a reset or a new password, which end the session.
      const user = await this.users.lockActive(tx, userId, 'NO KEY UPDATE');
      const living = await this.sessions.living([sessionId], tx);
      if (!user || !living.has(sessionId)) throw sessionEnded();
      refuseMore(await this.passkeys.of(userId, tx));
      const passkey = await this.keep(tx, userId, { sessionId }, name, credential);
      // The new one is not lost.
      await this.resets.stop(tx, userId, 'factor', userId);
      return { passkey, cookie: await this.sessions.renew(tx, sessionId) };
    });
  }

  /**
   * Lets whoever holds the link of an invitation make a passkey instead of a password.
   * @param token of the link
   */
  beginJoining(user: PasskeyOwner, token: string): Promise<PublicKeyCredentialCreationOptionsJSON> {
    return this.passkeys.setUpOptions(user, [], invitationOf(token));
  }

  /**
   * Keeps that passkey for the user who has just been made.
   * @throws ApiError validation_failed if the browser's answer is not to what `beginJoining` gave
   */
  async join(
    tx: EntityManager,
    userId: string,
    token: string,
    {
      credential,
      userAgent,
    }: { credential: RegistrationResponseJSON; userAgent?: string | undefined },
  ): Promise<void> {
    const { browser, system } = deviceWords(userAgent ?? null);
    const name = [browser, system].filter((word) => word !== null).join(', ') || 'Passkey';
    await this.keep(tx, userId, invitationOf(token), name, credential);
  }

  private async keep(
    tx: EntityManager,
    userId: string,
    by: PasskeyMaker,
    name: string,
    credential: RegistrationResponseJSON,
  ): Promise<Passkey> {
    const added = await this.passkeys.add(tx, userId, by, name, credential);
    if (!added) throw notAccepted();
    const at = this.clock.now();
    // Not what it is called, because the audit trail outlives what users want forgotten.
    const detail = { passkeyId: added.id };
    await this.audit.record(tx, {
      ...{ actorId: userId, action: 'passkey_added', subjectId: userId, detail, at },
    });
    await this.notices.tell(tx, 'passkey', [userId], {
      ...{ event: 'added', name, at: at.toISOString() },
    });
    return added;
  }

  /**
   * Removes them all with a password that has been forgotten or become known: whoever knew it may
   * have added one.
   * @param tx with the user's row locked
   * @param by who does it; null for the command line
   */
  async removeAll(
    tx: EntityManager,
    userId: string,
    { actorId, at }: { actorId: string | null; at: Date },
  ): Promise<void> {
    if (!(await this.passkeys.removeAll(tx, userId))) return;
    await this.resets.settle(tx, userId, actorId);
    await this.notices.tell(tx, 'passkey', [userId], {
      ...{ event: 'all_removed', name: '', at: at.toISOString() },
    });
  }

  /**
   * @returns another secret for the cookie of this session
   * @throws ApiError not_found; last_passkey for the only way in of somebody without a password
   */
  remove({ userId, sessionId }: SessionCaller, id: string): Promise<string> {
    return this.dataSource.transaction(async (tx) => {
      const user = await this.users.lockActive(tx, userId, 'NO KEY UPDATE');
      if (user) refuseLast(user, id, await this.passkeys.of(userId, tx));
      const name = user && (await this.passkeys.remove(tx, user.id, id));
      if (name === null) throw notFound('This passkey');
      await this.resets.settle(tx, userId, userId);
      const at = this.clock.now();
      await this.audit.record(tx, {
        ...{ actorId: userId, action: 'passkey_removed', subjectId: userId },
        ...{ detail: { passkeyId: id }, at },
      });
      await this.notices.tell(tx, 'passkey', [userId], {
        ...{ event: 'removed', name, at: at.toISOString() },
      });
      return this.sessions.renew(tx, sessionId);
    });
  }
}

const invitationOf = (token: string): PasskeyMaker => ({
  invitation: hashSecret(token).toString('hex'),
});

function sessionEnded(): ApiError {
  return new ApiError('session_required', 'The session has ended. Sign in again.');
}

function refuseMore(passkeys: readonly Passkey[]): void {
  if (passkeys.length < MAX_PASSKEYS) return;
  throw new ApiError(
    'conflict',
    `You have ${MAX_PASSKEYS} passkeys. First remove one that you no longer use.`,
  );
}

function refuseLast(
  { passwordChosen }: UserRecord,
  id: string,
  passkeys: readonly Passkey[],
): void {
  if (passwordChosen || passkeys.length !== 1 || passkeys[0]?.id !== id) return;
  throw new ApiError(
    'last_passkey',
    'You have no password, and without this passkey you could not sign in. First set a password, or add another passkey.',
  );
}

function notAccepted(): ApiError {
  const message =
    'This passkey cannot be added: it is known already, or it came too late or from another session. Begin again.';
  return validationFailed([{ field: 'credential', code: 'not_accepted', message }]);
}
