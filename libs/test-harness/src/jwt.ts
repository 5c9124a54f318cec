import { createHmac, generateKeyPairSync, type KeyObject, sign } from 'node:crypto';

export type Claims = Record<string, unknown>;

export interface DecodedJwt {
  header: Claims;
  payload: Claims;
  signature: string;
  /** Header and payload as they were signed. */
  signed: string;
}

export function decode(token: string): DecodedJwt {
  const [header = '', payload = '', signature = ''] = token.split('.');
  return {
    header: read(header),
    payload: read(payload),
    signature,
    signed: `${header}.${payload}`,
  };
}

/** An unsigned pair of header and payload. */
export const encode = (header: Claims, payload: Claims): string =>
  `${write(header)}.${write(payload)}`;

export const ownKey = (curve = 'P-256') => generateKeyPairSync('ec', { namedCurve: curve });

/** Signed as a JWS with an EC key; the hash fits the curve (RFC 7518 §3.4). */
export function signed(header: Claims, payload: Claims, key: KeyObject, hash = 'sha256'): string {
  const text = encode(header, payload);
  const signature = sign(hash, Buffer.from(text), { key, dsaEncoding: 'ieee-p1363' });
  return `${text}.${signature.toString('base64url')}`;
}

/** Signed with HMAC under whatever an attacker knows. */
export function hmac(header: Claims, payload: Claims, secret: string | Buffer): string {
  const text = encode(header, payload);
  return `${text}.${createHmac('sha256', secret).update(text).digest('base64url')}`;
}

function read(part: string): Claims {
  return JSON.parse(Buffer.from(part, 'base64url').toString()) as Claims;
}

function write(claims: Claims): string {
  return Buffer.from(JSON.stringify(claims)).toString('base64url');
}
