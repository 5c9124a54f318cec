import { afterAll, afterEach, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { Revocations } from '../connections/revocations.js';
import { ChangeFeed } from '../database/change-feed.js';
import { isDatabaseUnavailable } from '../database/unavailable.js';
import { Application } from '../testing/application.js';
import { person } from '../testing/person.js';
import type { TestContext } from '../testing/test-context.js';
import { createTestModule } from '../testing/test-module.js';
import { AccessTokens } from './access-tokens.js';
import { OAuthTokensModule } from './oauth-tokens.module.js';
import { SigningKeys } from './signing-keys.js';

/** Two nodes: what one changes is announced to the other. */
let here: TestContext;
let there: TestContext;
let keys: SigningKeys;
beforeAll(async () => {
  here = await createTestModule([OAuthTokensModule]);
  there = await createTestModule([OAuthTokensModule], { databaseUrl: here.config.databaseUrl });
  for (const { app } of [here, there]) await app.get(SigningKeys).startSigning();
  keys = there.app.get(SigningKeys);
});
afterEach(() => {
  jest.restoreAllMocks();
});
afterAll(async () => {
  await there.close();
  await here.close();
});

/**
 * Lets the reads of the keys there fail.
 * @param times how many; all until the end of the test where left out
 * @returns when the last of them, or the first of all, has failed
 */
function failReads(times?: number): Promise<void> {
  return new Promise((failed) => {
    const read = jest.spyOn(there.dataSource.manager, 'createQueryBuilder');
    const away = () => {
      throw Object.assign(new Error('the connection was reset'), { code: 'ECONNRESET' });
    };
    const last = () => {
      failed();
      return away();
    };
    if (times === undefined) return read.mockImplementation(last);
    for (let i = 1; i < times; i += 1) read.mockImplementationOnce(away);
    return read.mockImplementationOnce(last);
  });
}

async function eventually(check: () => Promise<boolean>): Promise<void> {
  const until = performance.now() + 5000;
  while (!(await check())) {
    if (performance.now() > until) throw new Error('not within 5 s');
    await new Promise(setImmediate);
  }
}

const isTrusted = async (kid: string) => (await keys.find(kid)) !== undefined;
const isPublished = async (kid: string) =>
  (await keys.jwks()).keys.some((key) => key['kid'] === kid);

describe('a key that another node has revoked', () => {
  it('is refused although the reads that followed the announcement failed', async () => {
    const kid = await here.app.get(SigningKeys).rotate({ immediately: true });
    await eventually(() => isTrusted(kid));
    const failed = failReads(3);
    await here.app.get(SigningKeys).revoke(kid);
    await failed;
    expect(there.app.get(ChangeFeed).isLive()).toBe(true);
    await eventually(async () => !(await isTrusted(kid)));
  });

  it('is refused by whoever follows the revocations alone, as other services do', async () => {
    const kid = await here.app.get(SigningKeys).rotate({ immediately: true });
    const revocations = there.app.get(Revocations);
    expect(await revocations.isRevoked([kid])).toBe(false);
    await here.app.get(SigningKeys).revoke(kid);
    await eventually(async () => revocations.isRevoked([kid]));
    expect(await revocations.isRevokedInDatabase([kid])).toBe(true);
  });

  it('is neither trusted nor published on old knowledge while the table cannot be read', async () => {
    const kid = await here.app.get(SigningKeys).rotate({ immediately: true });
    await eventually(() => isTrusted(kid));
    const failed = failReads();
    await here.app.get(SigningKeys).revoke(kid);
    await failed;
    await expect(keys.find(kid)).rejects.toThrow('reset');
    await expect(keys.jwks()).rejects.toThrow('reset');
    jest.restoreAllMocks();
    expect(await isTrusted(kid)).toBe(false);
    expect(await isPublished(kid)).toBe(false);
  });

  it('signs no token elsewhere: a grant waits for the key that follows, and is not spent', async () => {
    const kid = await here.app.get(SigningKeys).rotate({ immediately: true });
    await eventually(() => isTrusted(kid));
    const user = await person(here);
    const code = await new Application(here).code(user);
    // Whose secret the node has seen before.
    await new Application(there).isActive('unknown');
    const exchange = () => new Application(there).exchange(code);
    const failed = failReads();
    await here.app.get(SigningKeys).revoke(kid);
    await failed;
    // Which is a 503.
    expect(isDatabaseUnavailable(await exchange().catch((error: unknown) => error))).toBe(true);
    jest.restoreAllMocks();
    const { access_token: token } = await exchange();
    expect(await here.app.get(AccessTokens).verify(token)).toMatchObject({ userId: user.id });
  });
});
