import { Inject, Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { createHmac } from 'node:crypto';
import type { DataSource } from 'typeorm';
import { Clock, HOUR } from '../config/clock.js';
import { deriveKey } from '../config/config.js';
import { CONFIG, type RuntimeConfig } from '../config/config.module.js';
import { tooManyAttempts } from '../http/attempt-limits.js';
import { networkOf } from '../http/network.js';

export const RECOVERY_WINDOW_MS = HOUR;
export const MAX_PER_ADDRESS = 5;
export const MAX_PER_NETWORK = 50;

/**
 * Limits how often somebody asks for a new password, whether or not the address is known. Counted in
 * the database, so that it holds across nodes.
 */
@Injectable()
export class PasswordRecoveryLimits {
  private readonly key: Buffer;

  constructor(
    @InjectDataSource() private readonly dataSource: DataSource,
    private readonly clock: Clock,
    @Inject(CONFIG) config: RuntimeConfig,
  ) {
    this.key = deriveKey(config.appSecret, 'password recovery by e-mail address');
  }

  /**
   * @param email in lower case
   * @throws ApiError too_many_attempts
   */
  async count(email: string, ip: string): Promise<void> {
    const network = networkOf(ip);
    const [emailHash, networkHash] = [this.hash(email), this.hash(`network ${network}`)];
    const now = this.clock.now();
    await this.dataSource.transaction(async (tx) => {
      // Always in this order, so that no two requests wait for each other.
      for (const hash of [emailHash, networkHash]) {
        await tx.query('SELECT pg_advisory_xact_lock($1)', [hash.readBigInt64BE().toString()]);
      }
      const [{ filled }]: [{ filled: Date | null }] = await tx.query(
        `SELECT greatest(
           (SELECT at FROM recovery_requests WHERE email_hash = $1 AND at > $3
             ORDER BY at DESC OFFSET ${MAX_PER_ADDRESS - 1} LIMIT 1),
           (SELECT at FROM recovery_requests WHERE network = $2 AND at > $3
             ORDER BY at DESC OFFSET ${MAX_PER_NETWORK - 1} LIMIT 1)) AS filled`,
        [emailHash, network, new Date(now.getTime() - RECOVERY_WINDOW_MS)],
      );
      if (filled)
        throw tooManyAttempts(filled.getTime() + RECOVERY_WINDOW_MS - now.getTime(), tooOften);
      await tx.query(
        'INSERT INTO recovery_requests (email_hash, network, at) VALUES ($1, $2, $3)',
        [emailHash, network, now],
      );
    });
  }

  private hash(text: string): Buffer {
    return createHmac('sha256', this.key).update(text).digest();
  }
}

const tooOften = (seconds: number): string =>
  `A new password was asked for too often. Try again in ${seconds} seconds.`;
