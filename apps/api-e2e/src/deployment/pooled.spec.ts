import {
  createTestDatabase,
  freePort,
  send,
  sql,
  startNatsServer,
  startServer,
} from '@flixcheck/test-harness';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { spawnSync } from 'node:child_process';
import { describeWith, type Program, startProgram } from './programs.js';
import { runSpecs } from './specs.js';

/** So few that each of them is used by everybody in turn. */
const CONNECTIONS = 4;
const SUITE_MS = 600_000;
/** The flow, all that races, and what transactions, locks and shared statements are for. */
const SPECS = [
  ...['documented-flow', 'two-nodes', 'refresh', 'codes', 'revocation', 'connections'],
  ...['races/refresh', 'races/family-endings', 'races/revocation-races'],
  ...[
    'sessions-and-csrf',
    'request-log',
    'users',
    'passwords',
    'registry',
    'limits',
    'introspection',
  ],
];

describeWith('pgbouncer', 'PgBouncer in transaction mode, with the feed past it', (path) => {
  const server = new URL(process.env['TEST_DATABASE_URL'] ?? '');
  let pooler: Program;
  let port: number;
  beforeAll(async () => {
    port = await freePort();
    const database = await createTestDatabase();
    const roles = [database.url, database.programUrl].map((url) => new URL(url));
    await database.drop();
    const users = roles.map(({ username, password }) => [username, password]);
    const asNobody = process.getuid?.() === 0 ? ['-u', 'nobody'] : [];
    pooler = await startProgram(path, [...asNobody, '{folder}/pgbouncer.ini'], {
      port,
      files: {
        'users.txt': users
          .map((user) => user.map((text) => `"${decodeURIComponent(text ?? '')}"`).join(' '))
          .join('\n'),
        'pgbouncer.ini': `
          [databases]
          * = host=${server.hostname} port=${server.port} connect_query='SET statement_timeout = 8000'
          [pgbouncer]
          listen_addr = localhost
          listen_port = ${port}
          unix_socket_dir =
          auth_type = scram-sha-256
          auth_file = {folder}/users.txt
          pool_mode = transaction
          max_client_conn = 2000
          default_pool_size = ${CONNECTIONS}
        `.replaceAll(/^ +/gm, ''),
      },
    });
    process.env['TEST_POOLER_URL'] = `postgres://localhost:${port}`;
  });
  afterAll(async () => {
    delete process.env['TEST_POOLER_URL'];
    await pooler.stop();
  });

  it('the program starts, and revocations arrive at once', async () => {
    const api = await startServer();
    try {
      const { body } = await send(api.url, '/health/ready');
      expect(body).toMatchObject({ changeFeed: 'live' });
    } finally {
      await api.stop();
    }
  });

  it('with NATS, a running node holds no connection past PgBouncer', async () => {
    const nats = await startNatsServer();
    const api = await startServer({ env: { NATS_URL: nats.url } });
    try {
      const { body } = await send(api.url, '/health/ready');
      expect(body).toMatchObject({ changeFeed: 'live' });
      // All that are open for this database, its migrations' at the start long closed, are the pooler's.
      const [open] = await sql<{ count: number }>(
        api.databaseUrl,
        `SELECT count(*)::integer AS count FROM pg_stat_activity
          WHERE datname = current_database() AND pid <> pg_backend_pid()`,
      );
      expect(open?.count).toBeLessThanOrEqual(CONNECTIONS);
    } finally {
      await api.stop();
      await nats.stop();
    }
  });

  it('prepared statements are refused at the start where PgBouncer loses track of them', async () => {
    const [, major, minor] =
      /(\d+)\.(\d+)/.exec(spawnSync(path, ['-V'], { encoding: 'utf8' }).stdout) ?? [];
    const start = startServer({ env: { DATABASE_PREPARED_STATEMENTS: 'on' } });
    if (Number(major) === 1 && Number(minor) < 21) {
      await expect(start).rejects.toThrow('Leave DATABASE_PREPARED_STATEMENTS out');
    } else await (await start).stop();
  });

  it(
    'the flow, its races and what people do pass as they do without it',
    async () => {
      await runSpecs(SPECS);
      // Each spec has a database of its own, which it has reached through the pooler.
      const reached = new Set(pooler.output().match(/(?<=: )test_[0-9a-f]+(?=\/)/g));
      expect(reached.size).toBeGreaterThanOrEqual(SPECS.length);
    },
    SUITE_MS,
  );
});
