import { PortalUser, ThirdParty } from '@flixcheck/test-harness';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import pg from 'pg';
import pino from 'pino';
import { AppModule } from '../app.module.js';
import { createApp } from '../create-app.js';
import { AppLogger } from '../telemetry/app-logger.js';
import { createTestApp, type TestApp } from '../testing/test-app.js';
import { ChangeFeed } from './change-feed.js';

let before: TestApp;
let app: NestFastifyApplication | undefined;
let url: string;
let lock: pg.Client;
beforeAll(async () => {
  before = await createTestApp();
  lock = new pg.Client({ connectionString: before.config.databaseUrl });
  await lock.connect();
});
afterEach(async () => {
  await lock.query('ROLLBACK');
  await app?.close();
});
afterAll(async () => {
  await lock.end();
  await before.close();
});

/** Another node, started while these tables are locked, as by a backup or a migration. */
async function startWithout(...tables: string[]): Promise<void> {
  await lock.query('BEGIN');
  await lock.query(`LOCK TABLE ${tables.join(', ')} IN ACCESS EXCLUSIVE MODE`);
  const { config, clock } = before;
  const logger = new AppLogger(pino({ level: 'silent' }));
  app = await createApp(config, logger, AppModule.with(config, logger, clock));
  await app.listen({ port: 0, host: '127.0.0.1' });
  const { port } = app.getHttpServer().address() as { port: number };
  url = `http://127.0.0.1:${port}`;
}

async function untilLive(): Promise<void> {
  const feed = app?.get(ChangeFeed);
  while (!feed?.isLive()) await new Promise(setImmediate);
}

describe('a database that is slow at the start does not end it: the node', () => {
  it('serves by asking the database while its feed cannot catch up, and heals', async () => {
    const user = await PortalUser.signIn(before.url);
    const { access_token: token } = await new ThirdParty(before.url).connect(user);
    await startWithout('revocations');
    const ready = await fetch(`${url}/health/ready`);
    expect(await ready.json()).toEqual({ status: 'ok', changeFeed: 'down' });
    await lock.query('ROLLBACK');
    await untilLive();
    expect(await new ThirdParty(url).use(token)).toBe(200);
  });

  it('starts although its keys and clients cannot be read, and heals', async () => {
    const { code } = await new ThirdParty(before.url).code(await PortalUser.signIn(before.url));
    await startWithout('signing_keys', 'oauth_clients');
    expect((await fetch(`${url}/health/live`)).status).toBe(200);
    await lock.query('ROLLBACK');
    await untilLive();
    const { status, body } = await new ThirdParty(url).exchange(code);
    expect(status).toBe(200);
    expect(await new ThirdParty(url).use(body.access_token)).toBe(200);
  });
});
