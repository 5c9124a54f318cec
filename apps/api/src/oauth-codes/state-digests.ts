import { Inject, Injectable } from '@nestjs/common';
import { createHmac } from 'node:crypto';
import { deriveKey } from '../config/config.js';
import { CONFIG, type RuntimeConfig } from '../config/config.module.js';

/** In bytes: enough to tell a client's last thousand apart. */
const LENGTH = 8;

/**
 * Tells whether a client has sent a `state` before, and nothing else of it: not even a short one can
 * be guessed without the key, nor the same one be found at another client.
 */
@Injectable()
export class StateDigests {
  private readonly key: Buffer;

  constructor(@Inject(CONFIG) config: RuntimeConfig) {
    this.key = deriveKey(config.appSecret, 'states of authorization requests');
  }

  /** @returns nothing, in a buffer, for a request without */
  of(oauthClientId: string, state: string | undefined): Buffer {
    if (state === undefined) return Buffer.alloc(0);
    const mac = createHmac('sha256', this.key).update(`${oauthClientId} ${state}`).digest();
    return mac.subarray(0, LENGTH);
  }
}
