import {
  createCipheriv,
  createDecipheriv,
  createPrivateKey,
  type KeyObject,
  randomBytes,
} from 'node:crypto';

/**
 * Which secret a key is sealed with; `other`: not one of the valid ones, so it cannot be opened.
 */
export type SealedWith = 'present' | 'previous' | 'other';

/** Encrypts private keys for the database: AES-256-GCM, as nonce, tag, PKCS #8. */
export class SigningKeySealing {
  /** @param keys seal with the first, open with all */
  constructor(private readonly keys: readonly [present: Buffer, ...previous: Buffer[]]) {}

  seal(key: KeyObject): Buffer {
    const nonce = randomBytes(12);
    const cipher = createCipheriv('aes-256-gcm', this.keys[0], nonce);
    const sealed = Buffer.concat([
      cipher.update(key.export({ type: 'pkcs8', format: 'der' })),
      cipher.final(),
    ]);
    return Buffer.concat([nonce, cipher.getAuthTag(), sealed]);
  }

  /** @returns the key; null if it was sealed with a secret that is not valid here */
  open(sealed: Buffer): { key: KeyObject | null; with: SealedWith } {
    for (const [index, key] of this.keys.entries()) {
      const opened = openWith(key, sealed);
      if (opened) return { key: opened, with: index === 0 ? 'present' : 'previous' };
    }
    return { key: null, with: 'other' };
  }
}

function openWith(key: Buffer, sealed: Buffer): KeyObject | undefined {
  try {
    const decipher = createDecipheriv('aes-256-gcm', key, sealed.subarray(0, 12));
    decipher.setAuthTag(sealed.subarray(12, 28));
    const der = Buffer.concat([decipher.update(sealed.subarray(28)), decipher.final()]);
    return createPrivateKey({ key: der, format: 'der', type: 'pkcs8' });
  } catch {
    return undefined;
  }
}
