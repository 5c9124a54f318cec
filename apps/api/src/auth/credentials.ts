import { Injectable } from '@nestjs/common';
import { ApiError } from '../http/api-error.js';
import { networkOf } from '../http/network.js';
import { PasswordHasher } from '../users/password-hasher.js';
import { normalizeEmail, type UserRecord, UsersService } from '../users/users.service.js';
import { KnownDevices } from './known-devices.js';
import { type Purpose, SignInAudit } from './sign-in-audit.js';
import { type Guess, OverSignInLimit, SignInLimits } from './sign-in-limits.js';
import { Slots, type SlotsOptions } from './slots.js';

const QUEUE: SlotsOptions = {
  /** As many as libuv has threads: more would wait there, while their attempts already count. */
  size: 4,
  /** A few seconds' worth of verifications; anybody after that is better off trying again. */
  waiting: 256,
  waitingPerParty: 128,
};

/** Who somebody claims to be, and where the claim comes from. */
export interface Claim {
  purpose: Purpose;
  email: string;
  password: string;
  ip: string;
  /** From `KnownDevices.read`. */
  deviceCookie: string | undefined;
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
    private readonly devices: KnownDevices,
    private readonly audit: SignInAudit,
  ) {}

  /**
   * Checks the limits first, so that an attempt over them neither waits nor takes anybody's slot.
   * @returns null for an unknown address, a wrong password and a disabled user alike, after the
   *   same amount of work
   * @throws ApiError too_many_attempts; service_unavailable when too many are waiting already
   */
  async verify({
    purpose,
    email,
    password,
    ip,
    deviceCookie,
    signal,
  }: Claim): Promise<VerifiedCredentials | null> {
    const address = normalizeEmail(email);
    const knownDevice = this.devices.find(deviceCookie, address);
    const guess = { email: address, ip, knownDevice };
    const turn = { party: networkOf(ip), signal };
    try {
      await this.limits.check(guess);
      return await this.slots.run(() => this.attempt(purpose, guess, password), turn);
    } catch (error) {
      if (error instanceof OverSignInLimit) {
        const user = () => this.users.findByEmailForSignIn(address);
        const { limit } = error;
        await this.audit.refused({ ip, limit, address }, async () => (await user())?.id ?? null);
      }
      throw error;
    }
  }

  private async attempt(
    purpose: Purpose,
    guess: Guess,
    password: string,
  ): Promise<VerifiedCredentials | null> {
    const { email, ip } = guess;
    const attempt = await this.limits.begin(guess);
    const user = await this.users.findByEmailForSignIn(email);
    const matches = await this.hasher.verify(user?.passwordHash, password);
    if (!user || !matches || user.status !== 'active') {
      const reason = !user ? 'unknown_address' : matches ? 'user_disabled' : 'wrong_password';
      await this.audit.failed({ purpose, address: email, ip, userId: user?.id ?? null }, reason);
      return null;
    }
    // Before the slot is freed, so that only attempts in progress count beside the failed ones.
    await this.limits.succeed(attempt);
    const { passwordHash, ...record } = user;
    return { user: record, passwordHash };
  }
}

/** The same for all that can be wrong with a passkey. */
export function invalidPasskey(): ApiError {
  return new ApiError(
    'invalid_passkey',
    'This passkey belongs to no active user, or its answer came too late. Try again, or sign in with e-mail address and password.',
  );
}

export function invalidCredentials(): ApiError {
  return new ApiError('invalid_credentials', 'The e-mail address or the password is not right.');
}
