import type { FullConfig } from '@playwright/test';
import { fork, type ChildProcess } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { resolve } from 'node:path';
import { Client } from 'pg';

const APPS = resolve(__dirname, '../../..');

/**
 * For each worker, what `npm start` starts, on free ports and a database of its own: the API with
 * the built portal, and the demo third-party application. So what one test changes, no other sees
 * that runs beside it. The addresses go to the tests by environment, under their worker's number.
 */
export default async function globalSetup({ workers }: FullConfig): Promise<() => Promise<void>> {
  const places = await Promise.all(Array.from({ length: workers }, startPlace));
  for (const [worker, { portalUrl, demoUrl, databaseUrl }] of places.entries()) {
    process.env[`PORTAL_URL_${worker}`] = portalUrl;
    process.env[`DEMO_URL_${worker}`] = demoUrl;
    process.env[`PORTAL_DATABASE_URL_${worker}`] = databaseUrl;
  }
  return async () => {
    await Promise.all(places.map(({ close }) => close()));
  };
}

interface Place {
  portalUrl: string;
  demoUrl: string;
  databaseUrl: string;
  close: () => Promise<void>;
}

async function startPlace(): Promise<Place> {
  const database = await createDatabase();
  const [port, demoPort] = [await freePort(), await freePort()];
  const portalUrl = `http://localhost:${port}`;
  const api = await start(resolve(APPS, 'api/dist/main.js'), {
    HOST: 'localhost',
    PORT: String(port),
    DATABASE_URL: database.url,
    APP_SECRET: 'a secret that only the browser tests know',
    DEMO_DATA: 'on',
    DEMO_CLIENT_PORT: String(demoPort),
    LOG_LEVEL: 'warn',
  });
  const demo = await start(resolve(APPS, 'demo-client/dist/main.js'), {
    DEMO_CLIENT_PORT: String(demoPort),
    FLIXCHECK_URL: portalUrl,
  });
  return {
    portalUrl,
    demoUrl: `http://localhost:${demoPort}`,
    databaseUrl: database.url,
    close: async () => {
      await Promise.all([stop(api), stop(demo)]);
      await database.drop();
    },
  };
}

async function start(program: string, env: Record<string, string>): Promise<ChildProcess> {
  const child = fork(program, {
    execArgv: [],
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    env: { PATH: process.env['PATH'], ...env },
  });
  await new Promise<void>((ready, fail) => {
    child.on('message', (message: { type: string; message?: string }) => {
      if (message.type === 'ready') ready();
      if (message.type === 'failed') fail(new Error(message.message));
    });
    child.once('error', fail);
    child.once('exit', (code) =>
      fail(new Error(`${program} ended with ${code} before it was ready`)),
    );
  });
  return child;
}

async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null) return;
  const exited = once(child, 'exit');
  child.disconnect();
  await exited;
}

async function freePort(): Promise<number> {
  const probe = createServer().listen(0);
  await once(probe, 'listening');
  const { port } = probe.address() as AddressInfo;
  probe.close();
  await once(probe, 'close');
  return port;
}

async function createDatabase(): Promise<{ url: string; drop: () => Promise<void> }> {
  const admin = process.env['TEST_DATABASE_URL'];
  if (!admin) {
    throw new Error(
      'TEST_DATABASE_URL is missing. Run the tests through: node tools/test-database.mjs -- <command>',
    );
  }
  const name = `portal_${randomBytes(6).toString('hex')}`;
  await query(admin, `CREATE DATABASE ${name}`);
  const url = new URL(admin);
  url.pathname = `/${name}`;
  return {
    url: url.href,
    drop: () => query(admin, `DROP DATABASE IF EXISTS ${name} WITH (FORCE)`),
  };
}

async function query(url: string, sql: string): Promise<void> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    await client.query(sql);
  } finally {
    await client.end();
  }
}
