import { Inject, Injectable } from '@nestjs/common';
import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import type { EntityManager } from 'typeorm';
import { retention } from '../background/retention.js';
import { Clock, MINUTE } from '../config/clock.js';
import { deriveKeys } from '../config/config.js';
import { CONFIG, type RuntimeConfig } from '../config/config.module.js';

/** How long somebody may take to find their phone. */
export const PASSKEY_CHALLENGE_MS = 5 * MINUTE;

const TIME_LENGTH = 6;
const SEED_LENGTH = 16;
const MAC_LENGTH = 16;

/**
 * What a passkey has to sign (WebAuthn §13.4.3). It says when it was made and carries a proof that
 * we made it, so that only those have to be stored that have been used, for as long as they are good.
 */
@Injectable()
export class PasskeyChallenges {
  private readonly keys: readonly [Buffer, ...Buffer[]];

  constructor(
    @Inject(CONFIG) config: RuntimeConfig,
    private readonly clock: Clock,
  ) {
    this.keys = deriveKeys(config, 'passkey challenges');
  }

  /** @param purpose what for, and in which session: of no use for anything else */
  create(purpose: string): Buffer {
    const seed = randomBytes(SEED_LENGTH);
    seed.writeUIntBE(this.clock.now().getTime(), 0, TIME_LENGTH);
    return Buffer.concat([seed, macOf(this.keys[0], purpose, seed)]);
  }

  /** @param challenge in base64url, as it comes back */
  isGood(challenge: string, purpose: string): boolean {
    const bytes = Buffer.from(challenge, 'base64url');
    if (bytes.length !== SEED_LENGTH + MAC_LENGTH) return false;
    const seed = bytes.subarray(0, SEED_LENGTH);
    const mac = bytes.subarray(SEED_LENGTH);
    if (!this.keys.some((key) => timingSafeEqual(macOf(key, purpose, seed), mac))) return false;
    const at = seed.readUIntBE(0, TIME_LENGTH);
    return this.clock.now().getTime() - at <= PASSKEY_CHALLENGE_MS;
  }

  /**
   * Uses a good challenge up.
   * @returns false if that has been done
   */
  async spend(tx: EntityManager, challenge: string): Promise<boolean> {
    const rows: unknown[] = await tx.query(
      `INSERT INTO spent_passkey_challenges (challenge, spent_at) VALUES ($1, $2)
       ON CONFLICT DO NOTHING RETURNING 1`,
      [Buffer.from(challenge, 'base64url'), this.clock.now()],
    );
    return rows.length === 1;
  }
}

/** A challenge that is too old needs no row to be refused. */
export const passkeyChallengesRetention = retention({
  name: 'users.passkey-challenges',
  schedule: '17 * * * *',
  rows: [
    {
      table: 'spent_passkey_challenges',
      condition: 'spent_at < $1',
      oldestBy: 'spent_at',
      keptMs: 2 * PASSKEY_CHALLENGE_MS,
    },
  ],
});

function macOf(key: Buffer, purpose: string, seed: Buffer): Buffer {
  return createHmac('sha256', key).update(seed).update(purpose).digest().subarray(0, MAC_LENGTH);
}
