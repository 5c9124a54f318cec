import { Injectable, type OnModuleDestroy } from '@nestjs/common';
import { LRUCache } from 'lru-cache';
import { Clock } from '../config/clock.js';
import { networkOf } from '../http/network.js';
import { AuditLog } from '../users/audit-log.js';
import { SignInLimits, WINDOW_MS } from './sign-in-limits.js';

/** What a password was given for. */
export type Purpose =
  | 'sign_in'
  | 'password_change'
  | 'email_change'
  | 'second_factor_change'
  | 'passkey_change'
  | 'identity_proof';
type SignInFailure = 'unknown_address' | 'wrong_password' | 'user_disabled';

export interface FailedAttempt {
  purpose: Purpose;
  /** In lower case. Stored as a hash, because somebody may have typed a password into its field. */
  address: string;
  /** Whose address it is. */
  userId: string | null;
  ip: string;
}

interface Refusals {
  /** Until then, attempts are counted without a record of each. */
  until: number;
  count: number;
}

const MAX_NETWORKS = 10_000;

/**
 * Failed attempts in the audit trail: every one that was checked, of which the limits allow few. Of
 * those over the limits there is one record for each network and window, so that guessing cannot
 * fill the disk.
 */
@Injectable()
export class SignInAudit implements OnModuleDestroy {
  private readonly refusals = new LRUCache<string, Refusals>({ max: MAX_NETWORKS });

  constructor(
    private readonly audit: AuditLog,
    private readonly limits: SignInLimits,
    private readonly clock: Clock,
  ) {}

  /** Writes what has been counted, which would be lost with the process. */
  async onModuleDestroy(): Promise<void> {
    for (const [network, { count }] of this.refusals.entries()) {
      if (count > 0) await this.noteRefusals(network, count, null).catch(() => undefined);
    }
  }

  async failed(attempt: FailedAttempt, reason: SignInFailure): Promise<void> {
    const { purpose, address, userId, ip } = attempt;
    await this.audit.note({
      actorId: null,
      action: `${purpose}_failed`,
      subjectId: userId,
      detail: { reason, ip, network: networkOf(ip), address: this.limits.nameOf(address) },
      at: this.clock.now(),
    });
  }

  /** Only somebody who holds the passkey, which is as good as a secret, causes this. */
  async passkeyRefused(userId: string, ip: string, purpose: Purpose = 'sign_in'): Promise<void> {
    await this.audit.note({
      actorId: null,
      action: `${purpose}_failed`,
      subjectId: userId,
      detail: { reason: 'passkey_refused', ip, network: networkOf(ip) },
      at: this.clock.now(),
    });
  }

  /** @param userId called only when a record is due */
  async refused(ip: string, userId: () => Promise<string | null>): Promise<void> {
    const network = networkOf(ip);
    const now = this.clock.now().getTime();
    const before = this.refusals.get(network);
    if (before && before.until > now) {
      before.count += 1;
      return;
    }
    this.refusals.set(network, { until: now + WINDOW_MS, count: 0 });
    await this.noteRefusals(network, (before?.count ?? 0) + 1, await userId());
  }

  /** @param count how many since the last record, this one included */
  private noteRefusals(network: string, count: number, subjectId: string | null): Promise<void> {
    const detail = { network, count };
    return this.audit.note({
      actorId: null,
      action: 'sign_in_limited',
      subjectId,
      detail,
      at: this.clock.now(),
    });
  }
}
