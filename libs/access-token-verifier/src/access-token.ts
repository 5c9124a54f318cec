import type { KeyObject } from 'node:crypto';
import jwt from 'jsonwebtoken';

/** RFC 9068 §2.1. */
export const ACCESS_TOKEN_TYPE = 'at+jwt';

/** What an access token says (RFC 9068 §2.2), once its signature has been verified. */
export interface AccessTokenClaims {
  userId: string;
  accountId: string;
  clientId: string;
  connectionId: string;
  /** The refresh token family that it comes from; the first part of `jti`. */
  familyId: string;
  scope: string;
  jti: string;
  /** The second part of `jti` (epoch, ms): what refusals of older tokens are compared with. */
  issuedAt: number;
  kid: string;
  /** Seconds since 1970, as in the claims. */
  iat: number;
  exp: number;
  /** When the connection was to end by itself, as known at the issue; left out: never. */
  connectionExp?: number;
  /** The issuer sets none; where one is set, it counts (RFC 7519 §4.1.5). */
  nbf?: number;
}

export type AccessTokenFailure =
  | 'malformed'
  | 'wrong_type'
  | 'wrong_algorithm'
  | 'unknown_key'
  | 'bad_signature'
  | 'wrong_issuer_or_audience'
  | 'not_yet_valid'
  | 'expired'
  | 'revoked';

/** Why a token is refused. The message may be shown to the caller. */
export class AccessTokenError extends Error {
  constructor(
    readonly reason: AccessTokenFailure,
    message: string,
    /** What the token says, where its signature is good: who sent it is then certain. */
    readonly claims?: AccessTokenClaims,
  ) {
    super(message);
    this.name = 'AccessTokenError';
  }
}

/**
 * Everything that a token belongs to, as revocations name it: if one is refused, so is the token.
 */
export function revocationSubjects(
  claims: Pick<
    AccessTokenClaims,
    'connectionId' | 'familyId' | 'jti' | 'kid' | 'userId' | 'accountId' | 'clientId'
  >,
): string[] {
  const { connectionId, familyId, jti, kid, userId, accountId, clientId } = claims;
  const client = `client:${clientId}`;
  const account = `account:${accountId}`;
  const all = [`user:${userId}`, client, account, `${account}+${client}`];
  return [connectionId, familyId, jti, kid, ...all];
}

export interface VerifyOptions {
  issuer: string;
  audience: string;
  /** The public key with this id; undefined when there is none, or no longer. */
  keyOf: (kid: string) => Promise<KeyObject | undefined>;
}

/**
 * Header parameters that name a key or an extension: a verifier that follows them can be misled.
 */
const REFUSED_HEADERS = ['jwk', 'jku', 'x5u', 'x5c', 'crit', 'zip', 'b64'];
const MAX_TOKEN_LENGTH = 4096;

/** What jsonwebtoken says of a token only once it has verified its signature. */
const VERIFIED_BUT_MISDIRECTED = /^jwt (?:audience|issuer) invalid\b/;

/**
 * Checks form, type, algorithm, key, signature, issuer and audience (RFC 9068 §4, RFC 8725). Times
 * are checked by `checkTimes`, because they pass while a verified token is remembered.
 * @throws AccessTokenError
 */
export async function verifyAccessToken(
  token: string,
  { issuer, audience, keyOf }: VerifyOptions,
): Promise<AccessTokenClaims> {
  const { kid } = readHeader(token);
  const key = await keyOf(kid);
  if (!key) throw new AccessTokenError('unknown_key', 'The token is signed with an unknown key.');
  let claims: jwt.JwtPayload | string;
  try {
    claims = jwt.verify(token, key, {
      algorithms: ['ES256'],
      issuer,
      audience,
      ignoreExpiration: true,
      ignoreNotBefore: true,
    });
  } catch (error) {
    const { message } = error as Error;
    if (!message.startsWith('jwt ')) {
      throw new AccessTokenError('bad_signature', 'The signature of the token is not good.');
    }
    const said = VERIFIED_BUT_MISDIRECTED.test(message) ? jwt.decode(token) : null;
    throw new AccessTokenError(
      'wrong_issuer_or_audience',
      'The token is meant for another server.',
      said === null ? undefined : { ...readClaims(said), kid },
    );
  }
  return { ...readClaims(claims), kid };
}

/**
 * @param claims of a token whose signature is good
 * @param now the verifier's clock
 * @param tolerance by how much the clocks of issuer and verifier may differ
 * @throws AccessTokenError expired, not_yet_valid, with the claims
 */
export function checkTimes(
  claims: AccessTokenClaims,
  now: Date,
  tolerance: { expirySeconds: number; futureSeconds: number },
): void {
  const { iat, exp, nbf = iat } = claims;
  const seconds = now.getTime() / 1000;
  if (exp + tolerance.expirySeconds <= seconds) {
    throw new AccessTokenError('expired', 'The access token has expired. Refresh it.', claims);
  }
  if (iat - tolerance.futureSeconds > seconds) {
    const message = 'The access token was issued in the future.';
    throw new AccessTokenError('not_yet_valid', message, claims);
  }
  if (nbf - tolerance.futureSeconds > seconds) {
    throw new AccessTokenError('not_yet_valid', 'The access token is not valid yet.', claims);
  }
}

/**
 * Whether the time of the token's connection is up, as far as the token knows: it may have been
 * given more time since.
 */
export function connectionTimeIsUp(
  { connectionExp }: Pick<AccessTokenClaims, 'connectionExp'>,
  now: Date,
): boolean {
  return connectionExp !== undefined && connectionExp * 1000 <= now.getTime();
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

function readClaims(claims: jwt.JwtPayload | string): Omit<AccessTokenClaims, 'kid'> {
  if (typeof claims === 'string') throw malformed();
  const text = (name: string): string => {
    const value: unknown = claims[name];
    if (typeof value !== 'string' || value === '') throw malformed();
    return value;
  };
  const { iat, exp, nbf, connection_exp: connectionExp } = claims;
  if (![iat, exp, nbf ?? iat, connectionExp ?? iat].every(Number.isSafeInteger)) throw malformed();
  const jti = text('jti');
  const [familyId = '', moment = ''] = jti.split('.');
  return {
    userId: text('sub'),
    accountId: text('account_id'),
    clientId: text('client_id'),
    connectionId: text('connection_id'),
    scope: text('scope'),
    jti,
    familyId,
    issuedAt: readMoment(moment) ?? (iat as number) * 1000,
    iat: iat as number,
    exp: exp as number,
    ...(connectionExp !== undefined && { connectionExp: connectionExp as number }),
    ...(nbf !== undefined && { nbf }),
  };
}

/**
 * Tokens issued before ids carried a moment have the random part, 22 characters long, in its place.
 */
function readMoment(part: string): number | undefined {
  return /^[0-9a-z]{8,9}$/.test(part) ? parseInt(part, 36) : undefined;
}
