import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { OAuthTokensModule } from '../oauth-tokens/oauth-tokens.module.js';
import { SigningKeys } from '../oauth-tokens/signing-keys.js';
import type { TestContext } from '../testing/test-context.js';
import { createTestModule } from '../testing/test-module.js';
import { runCommand } from './program.js';

const ANOTHER = 'another secret of at least 32 characters';

let api: TestContext;
beforeAll(async () => {
  api = await createTestModule([OAuthTokensModule]);
  await api.app.get(SigningKeys).startSigning();
});
afterAll(() => api.close());

async function run(args: string[], appSecret: string) {
  const error: string[] = [];
  const exitCode = await runCommand(args, {
    out: () => undefined,
    error: (text) => error.push(text),
    send: () => Promise.resolve(),
    readInput: () => Promise.resolve(''),
    env: { DATABASE_URL: api.config.databaseUrl, APP_SECRET: appSecret },
  });
  return { exitCode, error: error.join('\n') };
}

const kids = async (): Promise<string[]> =>
  (await api.dataSource.query('SELECT kid FROM signing_keys ORDER BY kid')).map(
    ({ kid }: { kid: string }) => kid,
  );

describe('a command whose APP_SECRET is not that of the nodes', () => {
  it('may read, and creates no signing key', async () => {
    const before = await kids();
    expect((await run(['oauth-clients', 'list'], ANOTHER)).exitCode).toBe(0);
    expect((await run(['signing-keys', 'list'], ANOTHER)).exitCode).toBe(0);
    expect(await kids()).toEqual(before);
  });

  it('adds no key that no node could sign with, and says what to do', async () => {
    const before = await kids();
    const { exitCode, error } = await run(['signing-keys', 'rotate'], ANOTHER);
    expect([exitCode, await kids()]).toEqual([1, before]);
    expect(error).toContain('Run the command with the APP_SECRET of the nodes.');
  });

  it('may revoke a compromised key; the nodes create a new one', async () => {
    const [compromised = ''] = await kids();
    expect((await run(['signing-keys', 'revoke', compromised], ANOTHER)).exitCode).toBe(0);
    let published: string[] = [];
    // The nodes hear of it through the change feed.
    while (published.length === 0 || published.includes(compromised)) {
      const { keys } = await api.app.get(SigningKeys).jwks();
      published = keys.map((key) => String(key['kid']));
    }
    expect(await kids()).toEqual(expect.arrayContaining([compromised, ...published]));
  });
});
