import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { Clock } from '../config/clock.js';
import { ApiError } from '../http/api-error.js';
import { networkOf } from '../http/network.js';
import { AuditLog } from '../users/audit-log.js';
import { Notices } from '../users/notices.js';
import { SecondFactors } from '../users/second-factors.service.js';
import { normalizeEmail, type UserRecord, UsersService } from '../users/users.service.js';
import { FactorResets } from './factor-resets.js';
import { KnownDevices } from './known-devices.js';
import { SignInLimits } from './sign-in-limits.js';

/** Where a code comes from. */
export interface CodeSource {
  ip: string;
  /** From `KnownDevices.read`. */
  deviceCookie: string | undefined;
}

/** Asks those who have a second factor for it, once their password has been verified. */
@Injectable()
export class SecondStep {
  constructor(
    private readonly dataSource: DataSource,
    private readonly users: UsersService,
    private readonly factors: SecondFactors,
    private readonly resets: FactorResets,
    private readonly limits: SignInLimits,
    private readonly devices: KnownDevices,
    private readonly audit: AuditLog,
    private readonly notices: Notices,
    private readonly clock: Clock,
  ) {}

  /**
   * A wrong code counts as a failed sign-in, and the user is told of it: whoever tries codes knows
   * the password already.
   * @param code as typed; undefined if none was given
   * @returns whether a code was needed, and was right
   * @throws ApiError second_factor_required, invalid_second_factor, too_many_attempts
   */
  async prove(user: UserRecord, code: string | undefined, source: CodeSource): Promise<boolean> {
    await this.resets.carryOutDue(user.id);
    const { enabledAt } = await this.factors.stateOf(user.id);
    if (enabledAt === null) return false;
    if (code === undefined) throw codeNeeded();
    if (!(await this.accepts(user, code, source))) throw codeRefused();
    return true;
  }

  /** @throws ApiError too_many_attempts */
  async accepts(user: UserRecord, code: string, source: CodeSource): Promise<boolean> {
    const { ip, deviceCookie } = source;
    const email = normalizeEmail(user.email);
    const attempt = await this.limits.begin({
      email,
      ip,
      knownDevice: this.devices.find(deviceCookie, email),
    });
    const at = this.clock.now();
    const used = await this.dataSource.transaction(async (tx) => {
      // First, as all do that may stop a reset.
      if (!(await this.users.lockActive(tx, user.id))) return null;
      const used = await this.factors.use(tx, user.id, code);
      // Whoever has it has not lost it.
      if (used) await this.resets.stop(tx, user.id, 'factor', user.id);
      if (used === 'recovery_code') {
        const { recoveryCodesLeft: left } = await this.factors.stateOf(user.id, tx);
        await this.notices.tell(tx, 'second-factor', [user.id], {
          event: 'recovery_code_used',
          at: at.toISOString(),
          left,
        });
      }
      return used;
    });
    if (used) {
      await this.limits.succeed(attempt);
      return true;
    }
    await this.dataSource.transaction(async (tx) => {
      await this.audit.record(tx, {
        actorId: null,
        action: 'second_factor_failed',
        subjectId: user.id,
        detail: { ip, network: networkOf(ip) },
        at,
      });
      if (await this.factors.warn(tx, user.id)) {
        await this.notices.tell(tx, 'second-factor', [user.id], {
          event: 'wrong_code',
          at: at.toISOString(),
        });
      }
    });
    return false;
  }
}

export function codeNeeded(): ApiError {
  return new ApiError(
    'second_factor_required',
    'The password is right. Send the request again with a code of the authenticator app, or a recovery code, as `secondFactor`.',
  );
}

function codeRefused(): ApiError {
  return new ApiError(
    'invalid_second_factor',
    'The code is not right, or has been used. Wait for the next one, or use a recovery code.',
  );
}
