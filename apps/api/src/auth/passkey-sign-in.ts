import { Injectable } from '@nestjs/common';
import type { AuthenticationResponseJSON } from '@simplewebauthn/server';
import { DataSource } from 'typeorm';
import { ApiError } from '../http/api-error.js';
import { Passkeys } from '../users/passkeys.service.js';
import { UsersService } from '../users/users.service.js';
import { type SignedIn, type SigningInDevice, SignInService } from './sign-in.service.js';

/**
 * Signs a user in by a passkey instead of the password. Nothing of it can be guessed, so no limit on
 * failures keeps its owner out, and the second step is a part of it: the device has been unlocked.
 */
@Injectable()
export class PasskeySignIn {
  constructor(
    private readonly dataSource: DataSource,
    private readonly users: UsersService,
    private readonly passkeys: Passkeys,
    private readonly signIn: SignInService,
  ) {}

  /**
   * @param response what the browser's passkey has answered to a challenge of ours
   * @throws ApiError invalid_passkey, the same for all that can be wrong
   */
  async start(response: AuthenticationResponseJSON, device: SigningInDevice): Promise<SignedIn> {
    const proven = await this.passkeys.prove(response);
    if (!proven) throw refused();
    return this.dataSource.transaction(async (tx) => {
      const user = await this.users.findById(proven.userId);
      if (user?.status !== 'active' || !(await this.passkeys.use(tx, proven))) throw refused();
      return this.signIn.startIn(tx, { user, passwordHash: null }, device);
    });
  }
}

function refused(): ApiError {
  return new ApiError(
    'invalid_passkey',
    'This passkey belongs to no active user, or its answer came too late. Try again, or sign in with e-mail address and password.',
  );
}
