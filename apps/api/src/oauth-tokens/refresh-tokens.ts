import {
  createRefreshToken,
  hashSecret,
  parseRefreshToken,
  type RefreshToken,
  succeedingRefreshToken,
} from '@flixcheck/oauth-protocol';
import { Inject, Injectable } from '@nestjs/common';
import { createSecretKey, type KeyObject } from 'node:crypto';
import { deriveKeys } from '../config/config.js';
import { CONFIG, type RuntimeConfig } from '../config/config.module.js';
import { REFRESH_TOKEN_IDLE_MS } from './token-rules.js';

/**
 * Makes and reads refresh tokens with the keys of all valid APP_SECRETs: the present one makes new
 * tokens, and tokens of a previous one stay valid.
 */
@Injectable()
export class RefreshTokens {
  private readonly keys: [present: KeyObject, ...previous: KeyObject[]];

  constructor(@Inject(CONFIG) config: RuntimeConfig) {
    const [present, ...previous] = deriveKeys(config, 'refresh-tokens');
    this.keys = [createSecretKey(present), ...previous.map((key) => createSecretKey(key))];
  }

  /** The first token of a new family. */
  create(): RefreshToken {
    return createRefreshToken(this.keys[0]);
  }

  /** Reads a refresh token; null if it does not look like one. */
  parse(value: string): RefreshToken | null {
    return parseRefreshToken(value, this.keys);
  }

  /** The token that replaces this one at its first use. */
  successorOf(predecessor: RefreshToken): RefreshToken {
    return succeedingRefreshToken(predecessor, this.keys[0]);
  }

  /**
   * Every token that may have replaced this one, one for each valid secret. Only the stored hash
   * tells which of them was given out.
   */
  possibleSuccessorsOf(predecessor: RefreshToken): RefreshToken[] {
    return this.keys.map((key) => succeedingRefreshToken(predecessor, key));
  }
}

/** What a family is found by: all of its tokens have the same handle. */
export function hashHandle(token: RefreshToken): Buffer {
  return hashSecret(token.handle.toString('base64url'));
}

/** What is stored of a refresh token itself. */
export function hashRefreshToken(token: RefreshToken): Buffer {
  return hashSecret(token.value);
}

/** When a refresh token expires that is not used again. */
export function idlesOutAt(at: Date): Date {
  return new Date(at.getTime() + REFRESH_TOKEN_IDLE_MS);
}
