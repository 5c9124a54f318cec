import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';

/**
 * Which secret something is sealed with; `other`: not one of the valid ones, so it cannot be
 * opened.
 */
export type SealedWith = 'present' | 'previous' | 'other';

/** Keys as `deriveKeys` makes them: the first one seals, all of them open. */
type Keys = readonly [present: Buffer, ...previous: Buffer[]];

/** Encrypts for the database: AES-256-GCM, as nonce, tag, ciphertext. */
export class Sealing {
  constructor(private readonly keys: Keys) {}

  seal(plain: Buffer): Buffer {
    const nonce = randomBytes(12);
    const cipher = createCipheriv('aes-256-gcm', this.keys[0], nonce);
    const sealed = Buffer.concat([cipher.update(plain), cipher.final()]);
    return Buffer.concat([nonce, cipher.getAuthTag(), sealed]);
  }

  /** @returns what was sealed; null if that was with a secret that is not valid here */
  open(sealed: Buffer): { plain: Buffer | null; with: SealedWith } {
    for (const [index, key] of this.keys.entries()) {
      const plain = openWith(key, sealed);
      if (plain) return { plain, with: index === 0 ? 'present' : 'previous' };
    }
    return { plain: null, with: 'other' };
  }
}

function openWith(key: Buffer, sealed: Buffer): Buffer | undefined {
  try {
    const decipher = createDecipheriv('aes-256-gcm', key, sealed.subarray(0, 12));
    decipher.setAuthTag(sealed.subarray(12, 28));
    return Buffer.concat([decipher.update(sealed.subarray(28)), decipher.final()]);
  } catch {
    return undefined;
  }
}
