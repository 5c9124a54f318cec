import {
  createHmac,
  hash,
  type KeyObject,
  randomBytes as askForRandomBytes,
  timingSafeEqual,
} from 'node:crypto';

/** So many random bytes are asked for at a time: asking costs more than the bytes do. */
const RANDOM_POOL_BYTES = 4096;
let pool = Buffer.alloc(0);

/** Random bytes that nobody else has got; at most `RANDOM_POOL_BYTES`. */
export function randomBytes(count: number): Buffer {
  if (pool.length < count) pool = askForRandomBytes(RANDOM_POOL_BYTES);
  // A copy: what is written to the one, or kept of it, must not concern the others.
  const bytes = Buffer.from(pool.subarray(0, count));
  pool.fill(0, 0, count);
  pool = pool.subarray(count);
  return bytes;
}

/** A secret of 256 random bits, in characters that no client needs to encode. */
export function randomSecret(): string {
  return randomBytes(32).toString('base64url');
}

/**
 * SHA-256 for storing secrets that have 256 random bits: they cannot be guessed, so a slow
 * password hash would add nothing but load.
 */
export function hashSecret(secret: string): Buffer {
  return hash('sha256', secret, 'buffer');
}

export function hashesEqual(a: Buffer, b: Buffer): boolean {
  return a.length === b.length && timingSafeEqual(a, b);
}

/**
 * A refresh token: `handle` (names the family), `secret` (changes at every rotation) and `tag`
 * (proves that this server issued the pair, so that an ancestor is recognised as one although
 * only the current and the previous hash are stored).
 */
export interface RefreshToken {
  value: string;
  handle: Buffer;
  secret: Buffer;
  genuine: boolean;
}

const HANDLE_BYTES = 16;
const SECRET_BYTES = 32;
const TAG_BYTES = 16;
const TOKEN_BYTES = HANDLE_BYTES + SECRET_BYTES + TAG_BYTES;
/** 64 bytes as base64url without padding. */
const TOKEN_SHAPE = /^[A-Za-z0-9\-_]{86}$/;

/**
 * The first refresh token of a new family.
 * @param key made once by `createSecretKey`: making it anew costs five times the HMAC itself
 */
export function createRefreshToken(key: KeyObject): RefreshToken {
  return assemble(randomBytes(HANDLE_BYTES), randomBytes(SECRET_BYTES), key);
}

/**
 * The one successor of a refresh token: HMAC of the predecessor under the server's key. Asking
 * again gives the same token, which is what makes a lost response safe to retry while the
 * database holds hashes only.
 */
export function succeedingRefreshToken(predecessor: RefreshToken, key: KeyObject): RefreshToken {
  const secret = createHmac('sha256', key)
    .update('successor\0')
    .update(predecessor.handle)
    .update(predecessor.secret)
    .digest();
  return assemble(predecessor.handle, secret, key);
}

/**
 * Reads a presented refresh token.
 * @param keys of this server, the likeliest first
 * @returns null when it does not have the shape of one; `genuine` says whether the tag fits a key
 */
export function parseRefreshToken(value: string, keys: readonly KeyObject[]): RefreshToken | null {
  if (!TOKEN_SHAPE.test(value)) return null;
  const bytes = Buffer.from(value, 'base64url');
  // The last character carries two unused bits: only their canonical spelling is the token.
  if (bytes.length !== TOKEN_BYTES || bytes.toString('base64url') !== value) return null;
  const handle = bytes.subarray(0, HANDLE_BYTES);
  const secret = bytes.subarray(HANDLE_BYTES, HANDLE_BYTES + SECRET_BYTES);
  const tag = bytes.subarray(HANDLE_BYTES + SECRET_BYTES);
  const genuine = keys.some((key) => timingSafeEqual(tag, tagOf(handle, secret, key)));
  return { value, handle, secret, genuine };
}

function assemble(handle: Buffer, secret: Buffer, key: KeyObject): RefreshToken {
  const value = Buffer.concat([handle, secret, tagOf(handle, secret, key)]).toString('base64url');
  return { value, handle, secret, genuine: true };
}

function tagOf(handle: Buffer, secret: Buffer, key: KeyObject): Buffer {
  return createHmac('sha256', key)
    .update('tag\0')
    .update(handle)
    .update(secret)
    .digest()
    .subarray(0, TAG_BYTES);
}
