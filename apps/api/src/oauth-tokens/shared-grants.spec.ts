import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { StatementPool } from '../database/statement-pool.js';
import { Application, createTokensModule } from '../testing/application.js';
import { type Person, person } from '../testing/person.js';
import type { TestContext } from '../testing/test-context.js';

const times = <T>(count: number, make: (index: number) => T): T[] =>
  Array.from({ length: count }, (_, index) => make(index));

describe.each(['on', 'off'])('with shared statements %s', (shared) => {
  let api: TestContext;
  let user: Person;
  let client: Application;
  beforeAll(async () => {
    api = await createTokensModule({ env: { SHARED_STATEMENTS: shared } });
    user = await person(api);
    client = new Application(api);
  });
  afterAll(() => api.close());

  it('requests at a time are sent in one statement, or each in its own', async () => {
    const codes = await Promise.all(times(20, () => client.code(user)));
    const query = jest.spyOn(api.app.get(StatementPool), 'query');
    await Promise.all(codes.map((code) => client.exchange(code)));
    if (shared === 'on') expect(query.mock.calls.length).toBeLessThan(20);
    else expect(query).toHaveBeenCalledTimes(20);
    query.mockRestore();
  });

  it('each of many codes at a time gives tokens of its own, and a bad one among them none', async () => {
    const codes = await Promise.all(times(10, () => client.code(user)));
    const [first = ''] = codes;
    const bad = [
      client.exchange(first, { redirect_uri: 'http://localhost:4000/other' }),
      client.exchange('unknown'),
    ].map((granted) => expect(granted).rejects.toMatchObject({ error: 'invalid_grant' }));
    const tokens = await Promise.all(codes.slice(1).map((code) => client.exchange(code)));
    await Promise.all(bad);
    expect(new Set(tokens.map(({ refresh_token }) => refresh_token)).size).toBe(9);
    const accepted = tokens.map(({ access_token }) => client.isAccepted(access_token));
    expect(await Promise.all(accepted)).toEqual(times(9, () => true));
    await client.exchange(first);
  });

  it('of 20 redemptions of one code exactly one succeeds', async () => {
    const code = await client.code(user);
    const outcomes = await Promise.allSettled(times(20, () => client.exchange(code)));
    expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
  });

  it('50 workers with one refresh token get the same successor, beside refreshes of others', async () => {
    const [own, ...others] = await Promise.all(times(11, () => client.connect(user)));
    const answers = await Promise.all([
      ...times(50, () => client.refresh(own?.refresh_token ?? '')),
      ...others.map(({ refresh_token }) => client.refresh(refresh_token)),
    ]);
    const successors = answers.map(({ refresh_token }) => refresh_token);
    expect(new Set(successors.slice(0, 50)).size).toBe(1);
    expect(new Set(successors).size).toBe(11);
  });

  it('a reuse among other refreshes ends its own lineage only', async () => {
    const [own, other] = await Promise.all(times(2, () => client.connect(user)));
    const second = await client.refresh(own?.refresh_token ?? '');
    await client.refresh(second.refresh_token);
    const [reused, refreshed] = await Promise.all([
      client.refresh(own?.refresh_token ?? '').catch(({ error }) => error as unknown),
      client.refresh(other?.refresh_token ?? ''),
    ]);
    expect(reused).toBe('invalid_grant');
    expect(await client.isAccepted(second.access_token)).toBe(false);
    expect(await client.isAccepted(refreshed.access_token)).toBe(true);
  });
});
