import { expect, it } from '@jest/globals';
import { type AccessTokenClaims, AccessTokenError } from './access-token.js';
import { authorize, BearerError } from './bearer.js';

const METADATA = 'https://reports.example/.well-known/oauth-protected-resource';
const AWAY = new Error('nobody can tell');

/** Stands in for the verifier, which has tests of its own: the token says what it finds out. */
const verifier = {
  async verify(token: string): Promise<AccessTokenClaims> {
    if (token === 'away') throw AWAY;
    if (token === 'expired') throw new AccessTokenError('expired', 'It has expired.');
    return { userId: 'somebody', scope: token } as AccessTokenClaims;
  },
};
const refusal = (authorization: string | undefined, resourceMetadata?: string) =>
  authorize(verifier, authorization, { scope: 'readwrite', resourceMetadata }).then(
    () => undefined,
    (error: BearerError) => error,
  );

it.each(['Bearer readwrite', 'bearer  readwrite', 'BEARER readwrite'])(
  'a good token gets its claims: %s',
  async (authorization) => {
    const claims = await authorize(verifier, authorization, { scope: 'read' });
    expect(claims.userId).toBe('somebody');
  },
);

it.each([
  [undefined, 401, 'Bearer'],
  ['', 401, 'Bearer'],
  ['Basic cmVhZDpyZWFk', 401, 'Bearer'],
  ['Bearer', 401, 'Bearer error="invalid_token", error_description="There is no access token."'],
  [
    'Bearer a b',
    401,
    'Bearer error="invalid_token", error_description="There is no access token."',
  ],
  ['Bearer expired', 401, 'Bearer error="invalid_token", error_description="It has expired."'],
  [
    'Bearer read',
    403,
    'Bearer error="insufficient_scope", error_description="This takes the scope readwrite.", scope="readwrite"',
  ],
  ['Bearer away', 503, undefined],
])('%s is %d with the header %s (RFC 6750 §3)', async (authorization, status, header) => {
  const refused = await refusal(authorization);
  expect(refused).toBeInstanceOf(BearerError);
  expect(refused?.status).toBe(status);
  expect(refused?.headers).toEqual(header === undefined ? {} : { 'WWW-Authenticate': header });
});

it('the answer says where to get a token, if it is told (RFC 9728 §5.1)', async () => {
  expect((await refusal(undefined, METADATA))?.headers).toEqual({
    'WWW-Authenticate': `Bearer resource_metadata="${METADATA}"`,
  });
  expect((await refusal('Bearer expired', METADATA))?.headers['WWW-Authenticate']).toMatch(
    `Bearer resource_metadata="${METADATA}", error="invalid_token", `,
  );
});

it('the reason is kept for the log', async () => {
  expect((await refusal('Bearer away'))?.cause).toBe(AWAY);
  expect((await refusal('Bearer expired'))?.cause).toMatchObject({
    ...{ name: 'AccessTokenError', reason: 'expired' },
  });
});
