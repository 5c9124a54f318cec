import { type Answer, PortalUser, ThirdParty, type TokenAnswer } from '@flixcheck/test-harness';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { StatementPool } from '../database/statement-pool.js';
import { createTestApp, type TestApp } from '../testing/test-app.js';

const times = <T>(count: number, make: (index: number) => T): T[] =>
  Array.from({ length: count }, (_, index) => make(index));

const statuses = (answers: Answer<TokenAnswer>[]) => answers.map(({ status }) => status);

describe.each(['on', 'off'])('with shared statements %s', (shared) => {
  let api: TestApp;
  let user: PortalUser;
  let client: ThirdParty;
  beforeAll(async () => {
    api = await createTestApp({ env: { SHARED_STATEMENTS: shared } });
    user = await PortalUser.signIn(api.url);
    client = new ThirdParty(api.url);
  });
  afterAll(() => api.close());
  const newCodes = (count: number) =>
    Promise.all(times(count, async () => (await client.code(user)).code));

  it('requests at a time are sent in one statement, or each in its own', async () => {
    const codes = await newCodes(20);
    const query = jest.spyOn(api.app.get(StatementPool), 'query');
    const answers = await Promise.all(codes.map((code) => client.exchange(code)));
    expect(statuses(answers)).toEqual(times(20, () => 200));
    if (shared === 'on') expect(query.mock.calls.length).toBeLessThan(20);
    else expect(query).toHaveBeenCalledTimes(20);
    query.mockRestore();
  });

  it('each of many codes at a time gives tokens of its own, and a bad one among them none', async () => {
    const codes = await newCodes(10);
    const [first = ''] = codes;
    const answers = await Promise.all([
      ...codes.slice(1).map((code) => client.exchange(code)),
      client.exchange(first, { redirect_uri: 'http://localhost:4000/other' }),
      client.exchange('unknown'),
    ]);
    expect(statuses(answers.slice(0, 9))).toEqual(times(9, () => 200));
    expect(answers.slice(9).map(({ body }) => body.error)).toEqual(times(2, () => 'invalid_grant'));
    const tokens = answers.slice(0, 9).map(({ body }) => body);
    expect(new Set(tokens.map(({ refresh_token }) => refresh_token)).size).toBe(9);
    expect(await Promise.all(tokens.map((token) => client.use(token.access_token)))).toEqual(
      times(9, () => 200),
    );
    expect((await client.exchange(first)).status).toBe(200);
  });

  it('of 20 redemptions of one code exactly one succeeds', async () => {
    const { code } = await client.code(user);
    const answers = await Promise.all(times(20, () => client.exchange(code)));
    expect(statuses(answers).filter((status) => status === 200)).toHaveLength(1);
  });

  it('50 workers with one refresh token get the same successor, beside refreshes of others', async () => {
    const [own, ...others] = await Promise.all(times(11, () => client.connect(user)));
    const answers = await Promise.all([
      ...times(50, () => client.refresh(own?.refresh_token ?? '')),
      ...others.map(({ refresh_token }) => client.refresh(refresh_token)),
    ]);
    expect(statuses(answers)).toEqual(times(60, () => 200));
    const successors = answers.map(({ body }) => body.refresh_token);
    expect(new Set(successors.slice(0, 50)).size).toBe(1);
    expect(new Set(successors).size).toBe(11);
  });

  it('a reuse among other refreshes ends its own lineage only', async () => {
    const [own, other] = await Promise.all(times(2, () => client.connect(user)));
    const second = await client.refresh(own?.refresh_token ?? '');
    await client.refresh(second.body.refresh_token);
    const [reused, refreshed] = await Promise.all([
      client.refresh(own?.refresh_token ?? ''),
      client.refresh(other?.refresh_token ?? ''),
    ]);
    expect([reused?.status, refreshed?.status]).toEqual([400, 200]);
    expect(await client.use(second.body.access_token)).toBe(401);
    expect(await client.use(refreshed?.body.access_token ?? '')).toBe(200);
  });
});
