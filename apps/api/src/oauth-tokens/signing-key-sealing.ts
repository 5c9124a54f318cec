import { createPrivateKey, type KeyObject } from 'node:crypto';
import { type SealedWith, Sealing } from '../config/sealing.js';

/** Encrypts private keys for the database, as PKCS #8. */
export class SigningKeySealing {
  private readonly sealing: Sealing;

  /** @param keys seal with the first, open with all */
  constructor(keys: readonly [present: Buffer, ...previous: Buffer[]]) {
    this.sealing = new Sealing(keys);
  }

  seal(key: KeyObject): Buffer {
    return this.sealing.seal(key.export({ type: 'pkcs8', format: 'der' }));
  }

  /** @returns the key; null if it was sealed with a secret that is not valid here */
  open(sealed: Buffer): { key: KeyObject | null; with: SealedWith } {
    const { plain, with: secret } = this.sealing.open(sealed);
    return {
      key: plain && createPrivateKey({ key: plain, format: 'der', type: 'pkcs8' }),
      with: secret,
    };
  }
}
