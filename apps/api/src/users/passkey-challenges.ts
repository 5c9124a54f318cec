import { Inject, Injectable } from '@nestjs/common';
import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
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
 * we made it, so that none has to be stored, however many a page asks for.
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

  /**
   * @param challenge in base64url, as it comes back
   * @returns when it was made, ms since 1970; null unless we made it for this, and not long ago
   */
  check(challenge: string, purpose: string): number | null {
    const bytes = Buffer.from(challenge, 'base64url');
    if (bytes.length !== SEED_LENGTH + MAC_LENGTH) return null;
    const seed = bytes.subarray(0, SEED_LENGTH);
    const mac = bytes.subarray(SEED_LENGTH);
    if (!this.keys.some((key) => timingSafeEqual(macOf(key, purpose, seed), mac))) return null;
    const at = seed.readUIntBE(0, TIME_LENGTH);
    return this.clock.now().getTime() - at <= PASSKEY_CHALLENGE_MS ? at : null;
  }
}

function macOf(key: Buffer, purpose: string, seed: Buffer): Buffer {
  return createHmac('sha256', key).update(seed).update(purpose).digest().subarray(0, MAC_LENGTH);
}
