import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Pool } from 'pg';
import { recordSent } from '../testing/statements.js';
import type { TestContext } from '../testing/test-context.js';
import { createTestModule } from '../testing/test-module.js';
import { OAuthClientsModule } from './oauth-clients.module.js';
import { RequestLog } from './request-log.js';
import type { RequestLogQuery } from './request-log.dto.js';

const LINES = 20_000;
const CLIENT = '3f6f3f0e-5b6d-4c8e-9d6a-0f4f3a1f7b11';
/** Successes of one client, and a failure among them, long ago. */
const LOG = `
  INSERT INTO oauth_requests (request_id, oauth_client_id, at, endpoint, outcome, error, reason, ip,
      duration_ms)
    SELECT gen_random_uuid(), '${CLIENT}', now(), 'token',
      CASE n WHEN 9 THEN 'failure' ELSE 'success' END, CASE n WHEN 9 THEN 'invalid_grant' END,
      CASE n WHEN 9 THEN 'code_expired' END, '::1', 1 FROM generate_series(1, ${LINES}) n`;

let api: TestContext;
beforeAll(async () => {
  api = await createTestModule([OAuthClientsModule]);
  await api.dataSource.query(LOG);
  await api.dataSource.query('ANALYZE oauth_requests');
});
afterAll(() => api.close());

/** How many lines PostgreSQL reads that are not shown. */
async function linesInVain(query: RequestLogQuery): Promise<number> {
  const { master } = api.dataSource.driver as unknown as { master: Pool };
  const sent = await recordSent(master, () => api.app.get(RequestLog).list(CLIENT, query));
  const [{ text, values }] = sent.filter((each) => each.text.startsWith('SELECT')) as [
    (typeof sent)[number],
  ];
  const { rows } = await master.query(`EXPLAIN (ANALYZE) ${text}`, values);
  const plan = rows.map((row) => row['QUERY PLAN']).join('\n');
  const removed = [...plan.matchAll(/Rows Removed by Filter: (\d+)/g)];
  return removed.reduce((sum, [, count]) => sum + Number(count), 0);
}

describe(`among ${LINES} requests of a client`, () => {
  it.each<RequestLogQuery>([
    {},
    { outcome: 'failure' },
    { reason: 'code_expired' },
    { reason: 'code_reused' },
    { outcome: 'failure', reason: 'code_reused' },
    { q: 'expired' },
    { q: 'unheard of' },
    { requestId: '5f0c7c1e-2f5e-4f3a-9d7c-1b8f6f0a2e44' },
  ])('%j reads hardly any line that is not shown', async (query) => {
    expect(await linesInVain(query)).toBeLessThan(10);
  });
});
