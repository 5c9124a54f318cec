import { Inject, Injectable } from '@nestjs/common';
import { createHash, randomBytes } from 'node:crypto';
import jwt from 'jsonwebtoken';
import { LRUCache } from 'lru-cache';
import { Clock } from '../config/clock.js';
import { CONFIG, type RuntimeConfig } from '../config/config.module.js';
import {
  ACCESS_TOKEN_LIFETIME_MS,
  ACCESS_TOKEN_TYPE,
  CLOCK_TOLERANCE_MS,
} from './access-token-rules.js';
import { SigningKeys } from './signing-keys.js';

export interface AccessTokenSubject {
  userId: string;
  accountId: string;
  /** The registered `clientId`, as it stands in the claim `client_id`. */
  clientId: string;
  connectionId: string;
  familyId: string;
  scope: string;
}

export interface VerifiedAccessToken extends AccessTokenSubject {
  jti: string;
  kid: string;
  /** Seconds since 1970, as in the claims. */
  iat: number;
  exp: number;
}

/** Why a token is not one of ours, or no longer good. */
export class AccessTokenError extends Error {
  constructor(
    readonly reason:
      | 'malformed'
      | 'wrong_type'
      | 'wrong_algorithm'
      | 'unknown_key'
      | 'bad_signature'
      | 'wrong_issuer_or_audience'
      | 'not_yet_valid'
      | 'expired',
    message: string,
  ) {
    super(message);
  }
}

/** Header parameters that name a key or an extension: a verifier that follows them can be led. */
const REFUSED_HEADERS = ['jwk', 'jku', 'x5u', 'x5c', 'crit', 'zip', 'b64'];
const MAX_TOKEN_LENGTH = 4096;
/** Verifying a signature costs about 100 µs; a busy client sends the same token again and again. */
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
  ) {}

  /**
   * @param now the moment of issue
   * @returns the signed token and its lifetime in seconds
   */
  issue(subject: AccessTokenSubject, now: Date): { accessToken: string; expiresIn: number } {
    const { kid, privateKey } = this.keys.current();
    const iat = Math.floor(now.getTime() / 1000);
    const expiresIn = ACCESS_TOKEN_LIFETIME_MS / 1000;
    const claims = {
      iss: this.config.publicUrl,
      aud: this.config.publicUrl,
      sub: subject.userId,
      client_id: subject.clientId,
      scope: subject.scope,
      iat,
      exp: iat + expiresIn,
      // The family stands in the id, so that a whole family can be refused by one entry.
      jti: `${subject.familyId}.${randomBytes(16).toString('base64url')}`,
      account_id: subject.accountId,
      connection_id: subject.connectionId,
    };
    const accessToken = jwt.sign(claims, privateKey, {
      algorithm: 'ES256',
      header: { alg: 'ES256', typ: ACCESS_TOKEN_TYPE, kid },
    });
    return { accessToken, expiresIn };
  }

  /**
   * Checks form, type, algorithm, key, signature, issuer, audience and times (RFC 9068 §4). Its
   * own tokens end on the second; only a node whose clock is behind by up to 60 s is put up with.
   * @throws AccessTokenError
   */
  async verify(token: string): Promise<VerifiedAccessToken> {
    // A digest, so that no memory dump of the cache holds tokens.
    const digest = createHash('sha256').update(token).digest('base64');
    const cached = this.verified.get(digest);
    if (cached && (await this.keys.find(cached.kid)) !== undefined) {
      this.checkTimes(cached);
      return cached;
    }
    const verified = await this.verifySignature(token);
    this.checkTimes(verified);
    this.verified.set(digest, verified);
    return verified;
  }

  private async verifySignature(token: string): Promise<VerifiedAccessToken> {
    const header = readHeader(token);
    const key = await this.keys.find(header.kid);
    if (!key) throw new AccessTokenError('unknown_key', 'The token is signed with an unknown key.');
    let claims: jwt.JwtPayload | string;
    try {
      claims = jwt.verify(token, key, {
        algorithms: ['ES256'],
        issuer: this.config.publicUrl,
        audience: this.config.publicUrl,
        // Times are checked below, against our clock and on every use of the cache.
        ignoreExpiration: true,
        ignoreNotBefore: true,
      });
    } catch (error) {
      throw (error as Error).message.startsWith('jwt ')
        ? new AccessTokenError('wrong_issuer_or_audience', 'The token is meant for another server.')
        : new AccessTokenError('bad_signature', 'The signature of the token is not good.');
    }
    return { ...readClaims(claims), kid: header.kid };
  }

  private checkTimes({ iat, exp }: VerifiedAccessToken): void {
    const now = this.clock.now().getTime();
    if (exp * 1000 <= now) {
      throw new AccessTokenError('expired', 'The access token has expired. Refresh it.');
    }
    if (iat * 1000 > now + CLOCK_TOLERANCE_MS) {
      throw new AccessTokenError('not_yet_valid', 'The access token was issued in the future.');
    }
  }
}

function malformed(): AccessTokenError {
  return new AccessTokenError('malformed', 'This is not an access token of this server.');
}

function readHeader(token: string): { kid: string } {
  if (token.length > MAX_TOKEN_LENGTH || !/^[\w-]+\.[\w-]+\.[\w-]+$/.test(token)) throw malformed();
  let header: unknown;
  try {
    header = JSON.parse(Buffer.from(token.split('.', 1)[0] ?? '', 'base64url').toString());
  } catch {
    throw malformed();
  }
  if (typeof header !== 'object' || header === null) throw malformed();
  const { typ, alg, kid } = header as Record<string, unknown>;
  if (alg !== 'ES256') {
    throw new AccessTokenError('wrong_algorithm', 'Access tokens are signed with ES256.');
  }
  // RFC 9068 §4: the full media type is the same type.
  const type = typeof typ === 'string' ? typ.toLowerCase().replace(/^application\//, '') : '';
  if (type !== ACCESS_TOKEN_TYPE) {
    throw new AccessTokenError('wrong_type', `The token's typ must be ${ACCESS_TOKEN_TYPE}.`);
  }
  if (typeof kid !== 'string' || REFUSED_HEADERS.some((name) => Object.hasOwn(header, name))) {
    throw malformed();
  }
  return { kid };
}

function readClaims(claims: jwt.JwtPayload | string): Omit<VerifiedAccessToken, 'kid'> {
  if (typeof claims === 'string') throw malformed();
  const text = (name: string): string => {
    const value: unknown = claims[name];
    if (typeof value !== 'string' || value === '') throw malformed();
    return value;
  };
  const { iat, exp } = claims;
  if (!Number.isSafeInteger(iat) || !Number.isSafeInteger(exp)) throw malformed();
  const jti = text('jti');
  return {
    userId: text('sub'),
    accountId: text('account_id'),
    clientId: text('client_id'),
    connectionId: text('connection_id'),
    scope: text('scope'),
    jti,
    familyId: jti.split('.', 1)[0] ?? '',
    iat: iat as number,
    exp: exp as number,
  };
}
