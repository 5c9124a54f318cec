import { Injectable } from '@nestjs/common';
import { randomSecret } from '@flixcheck/oauth-protocol';
import { DataSource } from 'typeorm';
import { FactorResets } from '../auth/factor-resets.js';
import { NewDeviceNotices } from '../auth/new-device-notices.js';
import { SessionsService } from '../auth/sessions.service.js';
import { Clock } from '../config/clock.js';
import { ConnectionsService } from '../connections/connections.service.js';
import { AuditLog } from '../users/audit-log.js';
import { PasswordHasher } from '../users/password-hasher.js';
import { SecondFactors } from '../users/second-factors.service.js';
import { UsersService } from '../users/users.service.js';
import { OwnPasskeys } from './own-passkeys.js';
import { endRecoveryLinks, linkInvalid, makeRecoveryLink } from './recovery-links.js';

const REMEDY = 'If a sign-in was not you, set a new password: POST /guest/v7/password-recoveries.';

/** "This was not me": takes an account back from whoever has signed in to it. */
@Injectable()
export class Disavowal {
  constructor(
    private readonly dataSource: DataSource,
    private readonly newDevices: NewDeviceNotices,
    private readonly users: UsersService,
    private readonly hasher: PasswordHasher,
    private readonly passkeys: OwnPasskeys,
    private readonly factors: SecondFactors,
    private readonly resets: FactorResets,
    private readonly sessions: SessionsService,
    private readonly connections: ConnectionsService,
    private readonly audit: AuditLog,
    private readonly clock: Clock,
  ) {}

  /**
   * Ends all sessions and passkeys of the user, the password, a reset of the second factor that is
   * pending, a second factor that was switched on since the sign-in, and the connections that were
   * granted since.
   * @param token from the link in the mail about the sign-in
   * @returns the token of a link to set a new password
   * @throws ApiError validation_failed at `token`, and then nothing changes
   */
  async disavow(token: string, ip: string): Promise<string> {
    const at = this.clock.now();
    const doubted = await this.newDevices.find(this.dataSource.manager, token, at);
    if (!doubted) throw linkInvalid(REMEDY);
    const { userId } = doubted;
    const unknownToAll = await this.hasher.hash(randomSecret());
    return this.dataSource.transaction(async (tx) => {
      // First, because it locks the user: who signs in at the same time does so before or not at all.
      await this.users.replacePassword(tx, userId, unknownToAll);
      const isGood = await this.newDevices.use(tx, userId, token, at);
      if (!isGood || !(await this.users.lockActive(tx, userId))) throw linkInvalid(REMEDY);
      // As of now, later than every sign-in that the lock has waited for.
      await this.users.forgetDevices(tx, userId);
      await endRecoveryLinks(tx, userId, at);
      await this.resets.disavow(tx, userId);
      await this.passkeys.removeAll(tx, userId, { actorId: userId, at });
      const { enabledAt } = await this.factors.stateOf(userId, tx);
      const secondFactorRemoved = enabledAt !== null && enabledAt >= doubted.at;
      if (secondFactorRemoved) await this.factors.remove(tx, userId);
      const end = { actorId: userId, reason: 'disavowed', at } as const;
      await this.sessions.endAll(userId, tx, end);
      const connectionsEnded = await this.connections.revokeGrantedSince(
        tx,
        userId,
        doubted.at,
        end,
      );
      await this.audit.record(tx, {
        ...{ actorId: userId, action: 'sign_in_disavowed', subjectId: userId },
        ...{ detail: { ip, connectionsEnded, secondFactorRemoved }, at },
      });
      return makeRecoveryLink(tx, userId, at);
    });
  }
}
