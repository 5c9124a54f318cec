import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { createRequire } from 'node:module';
import { describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { fill } from './flat/fill.mjs';
import { REQUESTS } from './flat/requests.mjs';
import { query } from './world.mjs';

const { migrate } = createRequire(import.meta.url)('../apps/api/dist/database/migrate.js');

/** What is in no partition; those of a filled database begin earlier. */
const SCHEMA = `
  SELECT pg_get_indexdef(indexrelid) AS definition
    FROM pg_index JOIN pg_class ON pg_class.oid = indrelid
   WHERE relnamespace = 'public'::regnamespace AND NOT relispartition
  UNION ALL
  SELECT concat_ws(' ', conrelid::regclass, conname, pg_get_constraintdef(pg_constraint.oid))
    FROM pg_constraint JOIN pg_class ON pg_class.oid = conrelid
   WHERE relnamespace = 'public'::regnamespace AND NOT relispartition
  UNION ALL
  SELECT concat_ws(' ', tgrelid::regclass, tgname, tgenabled)
    FROM pg_trigger JOIN pg_class ON pg_class.oid = tgrelid
   WHERE relnamespace = 'public'::regnamespace AND NOT relispartition AND NOT tgisinternal
   ORDER BY 1`;

describe('npm run bench:flat', () => {
  it('measures requests, pages and housekeeping in databases of each size, and leaves none', async () => {
    const script = fileURLToPath(new URL('flat.mjs', import.meta.url));
    const sizes = ['--quick', '--lineages=0,400'];
    const { stdout } = await promisify(execFile)(process.execPath, [script, ...sizes]);
    for (const request of Object.keys(REQUESTS)) {
      for (const lineages of [0, 400]) {
        assert.match(stdout, new RegExp(`^\\| ${request} +\\| +${lineages} \\| +\\d`, 'm'));
      }
    }
    assert.match(stdout, /^\| step +\| longest ms, 0 \|.*\| longest ms, 400 \|/m);
    assert.doesNotMatch(stdout, /NaN|undefined|null/);
    const url = process.env.TEST_DATABASE_URL;
    const left = await query(url, `SELECT FROM pg_database WHERE datname LIKE 'bench_flat_%'`);
    assert.equal(left.length, 0);
  });

  it('fills tables that have all indexes, keys and triggers afterwards', async () => {
    const adminUrl = process.env.TEST_DATABASE_URL;
    const schemas = [];
    for (const [name, make] of Object.entries({
      bench_schema_new: migrate,
      bench_schema_full: (url) =>
        fill(url, {
          lineages: 0,
          measured: 10,
          clientId: 'maklerwelt-crm',
          secret: 'x'.repeat(32),
          say() {},
        }),
    })) {
      await query(adminUrl, `CREATE DATABASE ${name}`);
      const url = Object.assign(new URL(adminUrl), { pathname: `/${name}` }).href;
      await make(url);
      schemas.push((await query(url, SCHEMA)).map(({ definition }) => definition));
      await query(adminUrl, `DROP DATABASE ${name} WITH (FORCE)`);
    }
    const [fresh, filled] = schemas;
    assert.ok(fresh.length > 400);
    assert.deepEqual(filled, fresh);
  });
});
