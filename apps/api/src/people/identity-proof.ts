import { Injectable } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { Credentials, type VerifiedCredentials } from '../auth/credentials.js';
import type { KnownDevices } from '../auth/known-devices.js';
import { SecondStep } from '../auth/second-step.js';
import type { Device } from '../auth/sessions.service.js';
import type { Purpose } from '../auth/sign-in-audit.js';
import type { SessionCaller } from '../http/access.js';
import { type ApiError, notFound } from '../http/api-error.js';
import { validationFailed } from '../http/validation.js';
import { SecondFactors } from '../users/second-factors.service.js';
import { type UserRecord, UsersService } from '../users/users.service.js';

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
    private readonly users: UsersService,
    private readonly factors: SecondFactors,
    private readonly credentials: Credentials,
    private readonly secondStep: SecondStep,
  ) {}

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
   * The password, and the code as well from users who have a second factor.
   * @throws ApiError validation_failed for a wrong password, or a wrong or missing code;
   *   too_many_attempts
   */
  async verify(
    caller: SessionCaller,
    { currentPassword, code }: { currentPassword: string; code?: string | undefined },
    source: ProofSource,
  ): Promise<UserRecord> {
    const { enabledAt } = await this.factors.stateOf(caller.userId);
    if (enabledAt === null) return this.verifyPassword(caller, currentPassword, source);
    if (code === undefined) throw codeMissing();
    return this.verifyBoth(caller, { currentPassword, code }, source);
  }
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
