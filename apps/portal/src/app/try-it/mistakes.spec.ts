import { describe, expect, it } from '@jest/globals';
import { MistakeName } from './mistake-names';
import { MISTAKES, MistakeTools } from './mistakes';
import { plain, RequestDescription } from './request-description';

/** What is sent for a mistake, one line each, with what the server would have answered before. */
async function sentFor(name: MistakeName, grantedScope = 'read'): Promise<string[]> {
  const sent: string[] = [];
  const note = ({ method, url, form }: RequestDescription) => {
    const what = form ? (form['refresh_token'] ?? form['code'] ?? form['token']) : undefined;
    sent.push([method, new URL(url).pathname, ...(what ? [plain(what)] : [])].join(' '));
  };
  let issued = 0;
  const tools: MistakeTools = {
    context: {
      origin: 'https://flixcheck.example',
      client: { clientId: 'bestandsblick', kind: 'confidential' },
      userId: 'me',
      secret: 'secret',
      redirectUri: 'https://bestandsblick.example/callback',
      scope: 'readwrite',
    },
    readOnlyScope: 'read',
    sent: {},
    proof: () => Promise.resolve({ verifier: 'v', challenge: 'c', state: 's' }),
    newCode: () => Promise.resolve({ code: 'code', verifier: 'v' }),
    send: (request) => {
      note(request);
      return Promise.resolve({ status: 400, statusText: '', headers: [], body: '' });
    },
    tokensFrom: (request) => {
      note(request);
      issued += 1;
      const tokens = { accessToken: `access-${issued}`, refreshToken: `refresh-${issued}` };
      return Promise.resolve({ ...tokens, scope: grantedScope });
    },
    wait: (seconds) => Promise.resolve(void sent.push(`wait ${seconds}`)),
  };
  await MISTAKES[name].make(tools);
  return sent;
}

const TOKENS = 'POST /guest/v7/oauth-tokens';

describe('a mistake', () => {
  it('of an expired code waits for longer than a code lives', async () => {
    const [wait, exchange] = await sentFor('code_expired');
    expect(Number(wait?.split(' ')[1])).toBeGreaterThan(60);
    expect(exchange).toBe(`${TOKENS} code`);
  });

  it('of an old refresh token sends it once its successor has been used', async () => {
    expect(await sentFor('refresh_token_reused')).toEqual([
      `${TOKENS} code`,
      `${TOKENS} refresh-1`,
      `${TOKENS} refresh-2`,
      `${TOKENS} refresh-1`,
    ]);
  });

  it('of too little scope creates nothing where the token may create something', async () => {
    const create = 'POST /user/v7/checks';
    expect(await sentFor('insufficient_scope')).toContain(create);
    expect(await sentFor('insufficient_scope', 'readwrite')).not.toContain(create);
  });
});
