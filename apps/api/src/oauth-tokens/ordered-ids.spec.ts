import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { randomUUIDv7 } from 'node:crypto';
import { Application, createTokensModule } from '../testing/application.js';
import { person } from '../testing/person.js';
import type { TestContext } from '../testing/test-context.js';

let api: TestContext;
beforeAll(async () => {
  api = await createTokensModule();
});
afterAll(() => api.close());

/** The milliseconds that an id of RFC 9562 §5.7 begins with. */
const madeAt = (id: string) => parseInt(id.replace('-', '').slice(0, 12), 16);

it.each([
  ['connections', 'granted_at'],
  ['authorization_codes', 'created_at'],
  ['refresh_token_families', 'created_at'],
])(
  'the ids of %s begin with the time, so that an index takes new ones on one page',
  async (table, moment) => {
    const since = madeAt(randomUUIDv7());
    await new Application(api).connect(await person(api));
    const until = madeAt(randomUUIDv7());
    const rows: { id: string }[] = await api.dataSource.query(
      `SELECT id FROM ${table} ORDER BY ${moment} DESC LIMIT 1`,
    );
    const [{ id } = { id: '' }] = rows;
    expect(madeAt(id)).toBeGreaterThanOrEqual(since);
    expect(madeAt(id)).toBeLessThanOrEqual(until);
  },
);
