import {
  ACCESS_TOKEN_TYPE,
  type AccessTokenClaims,
  checkTimes,
  verifyAccessToken,
} from '@flixcheck/access-token-verifier';
import { randomBytes } from '@flixcheck/oauth-protocol';
import { Inject, Injectable } from '@nestjs/common';
import { JwtService } from '@nestjs/jwt';
import { hash } from 'node:crypto';
import { LRUCache } from 'lru-cache';
import { Clock } from '../config/clock.js';
import { CONFIG, type RuntimeConfig } from '../config/config.module.js';
import { ACCESS_TOKEN_LIFETIME_MS, CLOCK_TOLERANCE_MS } from './token-rules.js';
import { SigningKeys } from './signing-keys.js';

export interface AccessTokenSubject {
  userId: string;
  accountId: string;
  /** The registered `clientId`, as in the claim `client_id`. */
  clientId: string;
  connectionId: string;
  familyId: string;
  scope: string;
  /** The token must not be taken for one from before this moment; null: there is none. */
  notBefore?: Date | null;
  /** When the connection ends by itself, if it does. */
  expiresAt?: Date | null;
}

export type VerifiedAccessToken = AccessTokenClaims;

/** Verifying a signature takes about 100 µs, and a busy client sends the same token many times. */
const VERIFIED_CACHE_SIZE = 10_000;

/** Issues and verifies access tokens: RFC 9068, ES256. Knows nothing of revocation. */
@Injectable()
export class AccessTokens {
  private readonly verified = new LRUCache<string, VerifiedAccessToken>({
    max: VERIFIED_CACHE_SIZE,
  });

  constructor(
    @Inject(CONFIG) private readonly config: RuntimeConfig,
    private readonly clock: Clock,
    private readonly keys: SigningKeys,
    private readonly jwt: JwtService,
  ) {}

  /**
   * Makes sure that tokens can be issued, before a code or refresh token is used up for them.
   * @throws ApiError service_unavailable; what the database throws
   */
  ready(): Promise<void> {
    return this.keys.ready();
  }

  /**
   * @param now the moment of issue
   * @returns the signed token and its lifetime in seconds
   */
  issue(subject: AccessTokenSubject, now: Date): { accessToken: string; expiresIn: number } {
    const { kid, privateKey } = this.keys.current();
    const iat = Math.floor(now.getTime() / 1000);
    const expiresIn = ACCESS_TOKEN_LIFETIME_MS / 1000;
    const issuedAt = Math.max(now.getTime(), subject.notBefore?.getTime() ?? 0);
    const claims = {
      iss: this.config.publicUrl,
      aud: this.config.publicUrl,
      sub: subject.userId,
      client_id: subject.clientId,
      scope: subject.scope,
      iat,
      exp: iat + expiresIn,
      // Family and moment stand in the id, so that one entry refuses a whole family, or all that
      // was issued before a moment; `iat` has only seconds, and must be true.
      jti: `${subject.familyId}.${issuedAt.toString(36)}.${randomBytes(16).toString('base64url')}`,
      account_id: subject.accountId,
      connection_id: subject.connectionId,
      ...(subject.expiresAt && { connection_exp: subject.expiresAt.getTime() / 1000 }),
    };
    const accessToken = this.jwt.sign(claims, {
      privateKey,
      algorithm: 'ES256',
      header: { alg: 'ES256', typ: ACCESS_TOKEN_TYPE, kid },
    });
    return { accessToken, expiresIn };
  }

  /**
   * Checks form, type, algorithm, key, signature, issuer, audience and times (RFC 9068 §4). Its
   * own tokens end on the second; the tolerance of 60 s is only for a node whose clock is behind.
   * @throws AccessTokenError with the claims, where the signature is good
   */
  async verify(token: string): Promise<VerifiedAccessToken> {
    // A digest, so that no memory dump of the cache holds tokens.
    const digest = hash('sha256', token, 'base64');
    const cached = this.verified.get(digest);
    if (cached && (await this.keys.find(cached.kid)) !== undefined) {
      this.checkTimes(cached);
      return cached;
    }
    const verified = await verifyAccessToken(token, {
      issuer: this.config.publicUrl,
      audience: this.config.publicUrl,
      keyOf: (kid) => this.keys.find(kid),
    });
    this.checkTimes(verified);
    this.verified.set(digest, verified);
    return verified;
  }

  private checkTimes(token: VerifiedAccessToken): void {
    checkTimes(token, this.clock.now(), {
      expirySeconds: 0,
      futureSeconds: CLOCK_TOLERANCE_MS / 1000,
    });
  }
}
