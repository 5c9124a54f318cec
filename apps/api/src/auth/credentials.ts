import { Injectable } from '@nestjs/common';
import { ApiError } from '../http/api-error.js';
import { PasswordHasher } from '../users/password-hasher.js';
import { normalizeEmail, type UserRecord, UsersService } from '../users/users.service.js';
import { type Attempt, SignInLimits } from './sign-in-limits.js';
import { Slots } from './slots.js';

/** As many as libuv has threads: more would only wait there, with their attempts counted. */
const CONCURRENT_VERIFICATIONS = 4;

/** A password that was right, and what a transaction needs to act on it. */
export interface VerifiedCredentials {
  user: UserRecord;
  /** What the password was verified against, to notice when it changes meanwhile. */
  passwordHash: string;
  /** To be settled by `SignInLimits.succeed`. */
  attempt: Attempt;
}

/** The one place that verifies passwords, under the limits on guessing. */
@Injectable()
export class Credentials {
  private readonly slots = new Slots(CONCURRENT_VERIFICATIONS);

  constructor(
    private readonly users: UsersService,
    private readonly hasher: PasswordHasher,
    private readonly limits: SignInLimits,
  ) {}

  /**
   * @returns null for an unknown address, a wrong password and a disabled user alike, after the
   *   same work
   * @throws ApiError too_many_attempts
   */
  verify(email: string, password: string, ip: string): Promise<VerifiedCredentials | null> {
    const address = normalizeEmail(email);
    return this.slots.run(async () => {
      const attempt = await this.limits.begin(address, ip);
      const user = await this.users.findByEmailForSignIn(address);
      const matches = await this.hasher.verify(user?.passwordHash, password);
      if (!user || !matches || user.status !== 'active') return null;
      const { passwordHash, ...record } = user;
      return { user: record, passwordHash, attempt };
    });
  }
}

export function invalidCredentials(): ApiError {
  return new ApiError('invalid_credentials', 'The e-mail address or the password is not right.');
}
