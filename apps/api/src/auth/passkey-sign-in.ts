import { Injectable } from '@nestjs/common';
import type { AuthenticationResponseJSON } from '@simplewebauthn/server';
import { DataSource } from 'typeorm';
import { Passkeys, type ProvenPasskey } from '../users/passkeys.service.js';
import { UsersService } from '../users/users.service.js';
import { invalidPasskey } from './credentials.js';
import { FactorResets } from './factor-resets.js';
import { SignInAudit } from './sign-in-audit.js';
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
    private readonly resets: FactorResets,
    private readonly signIn: SignInService,
    private readonly audit: SignInAudit,
  ) {}

  /**
   * @param response what the browser's passkey has answered to a challenge of ours
   * @throws ApiError invalid_passkey, the same for all that can be wrong
   */
  async start(response: AuthenticationResponseJSON, device: SigningInDevice): Promise<SignedIn> {
    const found = await this.passkeys.prove(response);
    if (!found) throw invalidPasskey();
    const signedIn = found.proven && (await this.startWith(found.proven, device));
    if (signedIn) return signedIn;
    await this.audit.passkeyRefused(found.userId, device.ip);
    throw invalidPasskey();
  }

  /** @returns null for a user who may not act, and for an answer that has been used */
  private async startWith(
    proven: ProvenPasskey,
    device: SigningInDevice,
  ): Promise<SignedIn | null> {
    await this.resets.carryOutDue(proven.userId);
    return this.dataSource.transaction(async (tx) => {
      const user = await this.users.lockActive(tx, proven.userId, 'NO KEY UPDATE');
      if (!user || !(await this.passkeys.use(tx, proven))) return null;
      // Whoever has it has not lost it.
      await this.resets.stop(tx, user.id, 'factor', user.id);
      return this.signIn.startIn(tx, { user, passwordHash: null }, device);
    });
  }
}
