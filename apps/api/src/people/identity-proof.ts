import { Injectable } from '@nestjs/common';
import type {
  AuthenticationResponseJSON,
  PublicKeyCredentialRequestOptionsJSON,
} from '@simplewebauthn/server';
import type { FastifyRequest } from 'fastify';
import { DataSource, type EntityManager } from 'typeorm';
import { Credentials, type VerifiedCredentials } from '../auth/credentials.js';
import { FactorResets } from '../auth/factor-resets.js';
import type { KnownDevices } from '../auth/known-devices.js';
import { SecondStep } from '../auth/second-step.js';
import type { Device } from '../auth/sessions.service.js';
import { type Purpose, SignInAudit } from '../auth/sign-in-audit.js';
import type { SessionCaller } from '../http/access.js';
import { ApiError, notFound } from '../http/api-error.js';
import { validationFailed } from '../http/validation.js';
import { Passkeys, type ProvenPasskey } from '../users/passkeys.service.js';
import { SecondFactors } from '../users/second-factors.service.js';
import { type UserRecord, UsersService } from '../users/users.service.js';

/** What is given to prove it. */
export interface GivenProof {
  currentPassword?: string | undefined;
  code?: string | undefined;
  /** Of a passkey, instead of both. */
  credential?: AuthenticationResponseJSON | undefined;
}

/** The request that proves who somebody is. */
export interface ProofSource extends Device {
  /** What the proof is for; a wrong one stands in the audit trail under it. */
  purpose: Purpose;
  /** From `KnownDevices.read`. */
  deviceCookie: string | undefined;
  /** Aborted once the caller has left. */
  signal: AbortSignal;
}

export function proofSourceOf(
  request: FastifyRequest,
  purpose: Purpose,
  devices: KnownDevices,
): ProofSource {
  const { ip, headers, signal } = request;
  const deviceCookie = devices.read(request);
  return { purpose, ip, userAgent: headers['user-agent'], deviceCookie, signal };
}

/**
 * Makes sure that it is the user who changes how they sign in, and not somebody who has found their
 * browser open. What is wrong counts as a failed sign-in.
 */
@Injectable()
export class IdentityProof {
  constructor(
    private readonly dataSource: DataSource,
    private readonly users: UsersService,
    private readonly factors: SecondFactors,
    private readonly passkeys: Passkeys,
    private readonly resets: FactorResets,
    private readonly credentials: Credentials,
    private readonly secondStep: SecondStep,
    private readonly audit: SignInAudit,
  ) {}

  /**
   * What a browser needs to ask for a passkey of the user.
   * @throws ApiError conflict for a user who has none
   */
  async passkeyOptions(caller: SessionCaller): Promise<PublicKeyCredentialRequestOptionsJSON> {
    const known = await this.passkeys.of(caller.userId);
    if (known.length === 0) {
      throw new ApiError('conflict', 'You have no passkey. Send the password instead.');
    }
    return this.passkeys.proofOptions(known, caller.sessionId);
  }

  /** @throws ApiError validation_failed for a wrong password; too_many_attempts */
  async verifyPassword(
    caller: SessionCaller,
    password: string,
    source: ProofSource,
  ): Promise<UserRecord> {
    const known = await this.users.findById(caller.userId);
    if (!known) throw notFound('The user');
    return (await this.verifyPasswordOf(known, password, source)).user;
  }

  /** As `verifyPassword`, for a user who has been read already. */
  async verifyPasswordOf(
    { email }: UserRecord,
    password: string,
    { purpose, ip, deviceCookie, signal }: ProofSource,
  ): Promise<VerifiedCredentials> {
    const claim = { purpose, email, password, ip, deviceCookie, signal };
    const verified = await this.credentials.verify(claim);
    if (!verified) throw wrongPassword();
    return verified;
  }

  /** @throws ApiError validation_failed for a wrong password or code; too_many_attempts */
  async verifyBoth(
    caller: SessionCaller,
    { currentPassword, code }: { currentPassword: string; code: string },
    source: ProofSource,
  ): Promise<UserRecord> {
    const user = await this.verifyPassword(caller, currentPassword, source);
    if (!(await this.secondStep.accepts(user, code, source))) throw wrongCode();
    return user;
  }

  /**
   * A passkey; or the password, and the code as well from users who have a second factor.
   * @throws ApiError validation_failed for what is wrong, and a missing code; too_many_attempts, but
   *   never for a passkey
   */
  async verify(
    caller: SessionCaller,
    { credential, currentPassword = '', code }: GivenProof,
    source: ProofSource,
  ): Promise<UserRecord> {
    if (credential) return this.verifyPasskey(caller, credential, source);
    const { enabledAt } = await this.factors.stateOf(caller.userId);
    if (enabledAt === null) return this.verifyPassword(caller, currentPassword, source);
    if (code === undefined) throw codeMissing();
    return this.verifyBoth(caller, { currentPassword, code }, source);
  }

  private async verifyPasskey(
    { userId, sessionId }: SessionCaller,
    credential: AuthenticationResponseJSON,
    { purpose, ip }: ProofSource,
  ): Promise<UserRecord> {
    const found = await this.passkeys.prove(credential, sessionId);
    const proven = found?.userId === userId ? found.proven : null;
    const user = proven && (await this.dataSource.transaction((tx) => this.use(tx, proven)));
    if (user) return user;
    await this.audit.passkeyRefused(userId, ip, purpose);
    throw passkeyRefused();
  }

  private async use(tx: EntityManager, proven: ProvenPasskey): Promise<UserRecord | null> {
    const user = await this.users.lockActive(tx, proven.userId, 'NO KEY UPDATE');
    if (!user || !(await this.passkeys.use(tx, proven))) return null;
    // Whoever has it has not lost it.
    await this.resets.stop(tx, user.id, 'factor', user.id);
    return user;
  }
}

function passkeyRefused(): ApiError {
  const message =
    'This passkey was not accepted: it is not yours, or its answer came too late or to another session. Begin again.';
  return validationFailed([{ field: 'credential', code: 'not_accepted', message }]);
}

export function wrongPassword(): ApiError {
  const message = 'This is not the current password.';
  return validationFailed([{ field: 'currentPassword', code: 'wrong_password', message }]);
}

function codeMissing(): ApiError {
  const message = 'Your sign-in has two steps: send a code of the authenticator app as well.';
  return validationFailed([{ field: 'code', code: 'required', message }]);
}

export function wrongCode(): ApiError {
  const message = 'The code is not right, or has been used. Wait for the next one.';
  return validationFailed([{ field: 'code', code: 'wrong_code', message }]);
}
