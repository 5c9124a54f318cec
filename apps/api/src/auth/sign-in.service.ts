import { Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import { Clock } from '../config/clock.js';
import { AuditLog } from '../users/audit-log.js';
import { SecondFactors } from '../users/second-factors.service.js';
import { type UserRecord, UsersService } from '../users/users.service.js';
import { invalidCredentials, invalidPasskey, type VerifiedCredentials } from './credentials.js';
import { NewDeviceNotices } from './new-device-notices.js';
import { codeNeeded } from './second-step.js';
import { type Device, type SessionRecord, SessionsService } from './sessions.service.js';

export interface SigningInDevice extends Device {
  /** From `KnownDevices.read`. */
  deviceCookie: string | undefined;
  /** The session cookie that the browser already had. */
  oldSecret: string | undefined;
}

export interface SignedIn {
  session: SessionRecord;
  /** For the cookie. */
  secret: string;
  user: UserRecord;
}

/** Signs a user in whose password or passkey has been verified. */
@Injectable()
export class SignInService {
  constructor(
    private readonly dataSource: DataSource,
    private readonly users: UsersService,
    private readonly factors: SecondFactors,
    private readonly sessions: SessionsService,
    private readonly newDevices: NewDeviceNotices,
    private readonly audit: AuditLog,
    private readonly clock: Clock,
  ) {}

  /**
   * Starts a session with a new id and ends the one that the browser had, so that planting a cookie
   * gains an attacker nothing (session fixation).
   * @param credentials `hasProved`: the second factor, too
   * @throws ApiError invalid_credentials when the user has been disabled, or the password changed,
   *   in the meantime; second_factor_required when a second factor has been switched on
   */
  start(
    { hasProved, ...credentials }: VerifiedCredentials & { hasProved: boolean },
    device: SigningInDevice,
  ): Promise<SignedIn> {
    return this.dataSource.transaction(async (tx) => {
      const signedIn = await this.startIn(tx, credentials, device);
      // Now that the user is locked, none is switched on any more before the session can be ended.
      if (!hasProved && (await this.factors.stateOf(signedIn.user.id, tx)).enabledAt) {
        throw codeNeeded();
      }
      return signedIn;
    });
  }

  /**
   * The same in the transaction that has made the user or the password, or used the passkey.
   * @param who `passwordHash`: null if it was a passkey
   * @throws ApiError invalid_credentials or invalid_passkey, as `start` does
   */
  async startIn(
    tx: EntityManager,
    { user, passwordHash }: { user: UserRecord; passwordHash: string | null },
    device: SigningInDevice,
  ): Promise<SignedIn> {
    const at = this.clock.now();
    const devicesKnownFrom = await this.users.recordSignIn(tx, user.id, passwordHash, at);
    if (devicesKnownFrom === undefined) {
      throw passwordHash === null ? invalidPasskey() : invalidCredentials();
    }
    if (device.oldSecret !== undefined) {
      const end = { actorId: user.id, reason: 'signed_in_again', at } as const;
      await this.sessions.endBySecret(tx, device.oldSecret, end);
    }
    const { ip, userAgent } = device;
    const { session, secret } = await this.sessions.start(tx, {
      user,
      ip,
      userAgent,
      at,
    });
    await this.newDevices.tell(tx, user, device, { at, devicesKnownFrom });
    await this.audit.record(tx, {
      actorId: user.id,
      action: 'signed_in',
      subjectId: user.id,
      detail: { sessionId: session.id, ip, ...(passwordHash === null && { passkey: true }) },
      at,
    });
    return { session, secret, user };
  }
}
