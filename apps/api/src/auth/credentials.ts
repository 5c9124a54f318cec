import { Injectable } from '@nestjs/common';
import { ApiError } from '../http/api-error.js';
import { networkOf } from '../http/network.js';
import { PasswordHasher } from '../users/password-hasher.js';
import { normalizeEmail, type UserRecord, UsersService } from '../users/users.service.js';
import { type FailedAttempt, type Purpose, SignInAudit } from './sign-in-audit.js';
import { SignInLimits } from './sign-in-limits.js';
import { Slots, type SlotsOptions } from './slots.js';

const QUEUE: SlotsOptions = {
  /** As many as libuv has threads: more would only wait there, with their attempts counted. */
  size: 4,
  /** Some seconds' worth of verifications; who comes later does better to come again. */
  waiting: 256,
  waitingPerParty: 128,
};

/** What somebody says who they are, and from where. */
export interface Claim {
  purpose: Purpose;
  email: string;
  password: string;
  ip: string;
  /** Aborted once the caller has left. */
  signal: AbortSignal;
}

/** A password that was right, and what a transaction needs to act on it. */
export interface VerifiedCredentials {
  user: UserRecord;
  /** What the password was verified against, to notice when it changes meanwhile. */
  passwordHash: string;
}

/** The one place that verifies passwords, under the limits on guessing. */
@Injectable()
export class Credentials {
  private readonly slots = new Slots(QUEUE);

  constructor(
    private readonly users: UsersService,
    private readonly hasher: PasswordHasher,
    private readonly limits: SignInLimits,
    private readonly audit: SignInAudit,
  ) {}

  /**
   * Limits come first: an attempt that is over them never waits, and takes no slot from others.
   * @returns null for an unknown address, a wrong password and a disabled user alike, after the
   *   same work
   * @throws ApiError too_many_attempts, service_unavailable where too many wait already
   */
  async verify({
    purpose,
    email,
    password,
    ip,
    signal,
  }: Claim): Promise<VerifiedCredentials | null> {
    const address = normalizeEmail(email);
    const turn = { party: networkOf(ip), signal };
    try {
      await this.limits.check(address, ip);
      return await this.slots.run(() => this.attempt({ purpose, address, ip }, password), turn);
    } catch (error) {
      if (error instanceof ApiError && error.code === 'too_many_attempts') {
        const user = () => this.users.findByEmailForSignIn(address);
        await this.audit.refused(ip, async () => (await user())?.id ?? null);
      }
      throw error;
    }
  }

  private async attempt(
    claim: Omit<FailedAttempt, 'userId'>,
    password: string,
  ): Promise<VerifiedCredentials | null> {
    const attempt = await this.limits.begin(claim.address, claim.ip);
    const user = await this.users.findByEmailForSignIn(claim.address);
    const matches = await this.hasher.verify(user?.passwordHash, password);
    if (!user || !matches || user.status !== 'active') {
      const reason = !user ? 'unknown_address' : matches ? 'user_disabled' : 'wrong_password';
      await this.audit.failed({ ...claim, userId: user?.id ?? null }, reason);
      return null;
    }
    // Before the slot is free: the attempts that count at a time are those under way, and no more.
    await this.limits.succeed(attempt);
    const { passwordHash, ...record } = user;
    return { user: record, passwordHash };
  }
}

export function invalidCredentials(): ApiError {
  return new ApiError('invalid_credentials', 'The e-mail address or the password is not right.');
}
