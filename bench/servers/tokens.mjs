import { createHash, generateKeyPairSync, randomBytes, randomUUID, sign } from 'node:crypto';

/** Seconds. */
export const ACCESS_TOKEN_LIFETIME = 3600;

const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const HEADER = encode({ alg: 'ES256', typ: 'at+jwt', kid: randomUUID() });

/** Of a server that is compared with ours: with the claims that ours has, so that what is signed and sent is as long. */
export function accessToken({ subject, clientId, scope, family }) {
  const iat = Math.floor(Date.now() / 1000);
  const claims = {
    iss: 'http://127.0.0.1',
    aud: 'http://127.0.0.1',
    sub: subject,
    client_id: clientId,
    scope,
    iat,
    exp: iat + ACCESS_TOKEN_LIFETIME,
    jti: `${family}.${randomBytes(16).toString('base64url')}`,
    account_id: subject,
    connection_id: subject,
  };
  const signed = `${HEADER}.${encode(claims)}`;
  const signature = sign('sha256', Buffer.from(signed), {
    key: privateKey,
    dsaEncoding: 'ieee-p1363',
  });
  return `${signed}.${signature.toString('base64url')}`;
}

export function hash(secret) {
  return createHash('sha256').update(secret).digest();
}

function encode(value) {
  return Buffer.from(JSON.stringify(value)).toString('base64url');
}
