import { Injectable, type OnModuleDestroy } from '@nestjs/common';
import { LRUCache } from 'lru-cache';
import { Clock } from '../config/clock.js';
import { networkOf } from '../http/network.js';
import { AuditLog } from '../users/audit-log.js';
import { type SignInLimit, SignInLimits, WINDOW_MS } from './sign-in-limits.js';

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

/** An attempt that was over a limit, and whose password was not checked. */
export interface RefusedAttempt {
  ip: string;
  limit: SignInLimit;
  /** In lower case. */
  address: string;
}

interface Refusals {
  network: string;
  limit: SignInLimit;
  /** Until then, attempts are counted without a record of each. */
  until: number;
  count: number;
  /** Whose account; of a network's limit, whose was refused first. */
  userId: string | null;
}

const MAX_REFUSALS = 10_000;

/**
 * Failed attempts in the audit trail: every one that was checked, of which the limits allow few. Of
 * those over the limits there is one record for each network and window, and one for each account that
 * is over its own limit, for which it takes failures enough: guessing cannot fill the disk.
 */
@Injectable()
export class SignInAudit implements OnModuleDestroy {
  private readonly refusals = new LRUCache<string, Refusals>({ max: MAX_REFUSALS });

  constructor(
    private readonly audit: AuditLog,
    private readonly limits: SignInLimits,
    private readonly clock: Clock,
  ) {}

  /** Writes what has been counted, which would be lost with the process. */
  async onModuleDestroy(): Promise<void> {
    for (const refusals of this.refusals.values()) {
      const { count, limit, userId } = refusals;
      if (count === 0) continue;
      const subjectId = limit === 'account' ? userId : null;
      await this.noteRefusals(refusals, count, subjectId).catch(() => undefined);
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
  async refused(attempt: RefusedAttempt, userId: () => Promise<string | null>): Promise<void> {
    const { ip, limit, address } = attempt;
    const network = networkOf(ip);
    const now = this.clock.now().getTime();
    const key = limit === 'account' ? `${network} ${this.limits.nameOf(address)}` : network;
    const before = this.refusals.get(key);
    if (before && before.until > now) {
      before.count += 1;
      return;
    }
    const refusals: Refusals = { network, limit, until: now + WINDOW_MS, count: 0, userId: null };
    this.refusals.set(key, refusals);
    refusals.userId = await userId();
    await this.noteRefusals(refusals, (before?.count ?? 0) + 1, refusals.userId);
  }

  /** @param count how many since the last record, this one included */
  private noteRefusals(
    { network, limit }: Refusals,
    count: number,
    subjectId: string | null,
  ): Promise<void> {
    return this.audit.note({
      actorId: null,
      action: 'sign_in_limited',
      subjectId,
      detail: { network, limit, count },
      at: this.clock.now(),
    });
  }
}
