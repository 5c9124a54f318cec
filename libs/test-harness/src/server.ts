import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import { resolve } from 'node:path';
import { embeddedDatabaseUrl } from './embedded-database.js';
import { createTestDatabase } from './test-database.js';

/** What every server of the tests encrypts its keys with; commands beside one need it too. */
export const APP_SECRET = 'a secret that only the tests of one machine know';

const API = resolve(__dirname, '../../../apps/api/dist/main.js');

export interface ServerOptions {
  /** On top of what a server needs; `PORT` included, where the test has to know it beforehand. */
  env?: Record<string, string>;
  /** Another server's database, to run a second process on it or to start again after a `kill`. */
  databaseUrl?: string;
  /** Instead of a database: a folder for an embedded one, which the server runs itself. */
  dataDir?: string;
}

export interface RunningServer {
  /** Address and, unless `PUBLIC_URL` is set, issuer; without a slash at the end. */
  url: string;
  /** As the role that owns the schema. */
  databaseUrl: string;
  /** As the role that the server runs with. */
  programUrl: string;
  /** What the process has written to stdout and stderr so far. */
  output(): string;
  /** Ends the process in an orderly way and drops the database, if this call created it. */
  stop(): Promise<void>;
  /** Ends the process as a power cut does; the database stays until `stop`. */
  kill(): Promise<void>;
}

/**
 * Starts the built API as a process of its own, on a fresh database filled with the demo data; with
 * the settings that TEST_SERVER_SETTINGS holds as JSON, where a suite runs all with them.
 * @throws Error with the server's output if it does not get ready
 */
export async function startServer(options: ServerOptions = {}): Promise<RunningServer> {
  const { dataDir, databaseUrl: given } = options;
  // The demo data knows the demo client's port, and is not there where it is turned off.
  const demo = !['DEMO_DATA', 'DEMO_CLIENT_PORT'].some((name) => options.env?.[name]);
  const own = given || dataDir ? undefined : await createTestDatabase({ demo });
  const database = given ?? own?.url ?? '';
  // As in production: with a role that may do what the program does, and no more.
  const roles = own && { DATABASE_URL: own.programUrl, DATABASE_MIGRATION_URL: own.url };
  const port = options.env?.['PORT'] ?? String(await freePort());
  const server = fork(API, {
    execArgv: [],
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    env: {
      PATH: process.env['PATH'],
      HOST: 'localhost',
      PORT: port,
      ...(dataDir ? { DATA_DIR: dataDir } : pooled(roles ?? { DATABASE_URL: database })),
      APP_SECRET,
      DEMO_DATA: 'on',
      LOG_LEVEL: 'warn',
      ...(JSON.parse(process.env['TEST_SERVER_SETTINGS'] ?? '{}') as Record<string, string>),
      ...options.env,
    },
  });
  let output = '';
  for (const stream of [server.stdout, server.stderr]) {
    stream?.on('data', (chunk: Buffer) => (output += chunk));
  }
  await untilReady(server).catch(async (error: Error) => {
    await end(server, () => server.kill('SIGKILL'));
    await own?.drop();
    throw error;
  });
  return {
    url: `http://localhost:${port}`,
    databaseUrl: dataDir ? embeddedDatabaseUrl(dataDir) : database,
    programUrl: dataDir ? embeddedDatabaseUrl(dataDir) : (own?.programUrl ?? database),
    output: () => output,
    async stop() {
      await end(server, () => server.disconnect());
      await own?.drop();
    },
    kill: () => end(server, () => server.kill('SIGKILL')),
  };
}

/**
 * Through the pooler of TEST_POOLER_URL, where there is one, with the feed past it. An address that
 * leads to the server by another way, such as a network that a test breaks, stays as it is.
 */
function pooled<Addresses extends { DATABASE_URL: string }>(addresses: Addresses) {
  const pooler = process.env['TEST_POOLER_URL'];
  const server = process.env['TEST_DATABASE_URL'];
  const { DATABASE_URL } = addresses;
  if (!pooler || !server || new URL(DATABASE_URL).host !== new URL(server).host) return addresses;
  const url = new URL(DATABASE_URL);
  url.host = new URL(pooler).host;
  return { ...addresses, DATABASE_URL: url.href, DATABASE_FEED_URL: DATABASE_URL };
}

/** A port that nobody listens on at the moment. */
export async function freePort(): Promise<number> {
  const probe = createServer().listen(0);
  await once(probe, 'listening');
  const { port } = probe.address() as AddressInfo;
  probe.close();
  await once(probe, 'close');
  return port;
}

/** Waits for the message `ready` of one of our programs; its address comes with it. */
export async function untilReady(child: ChildProcess): Promise<string> {
  let output = '';
  child.stdout?.on('data', (chunk: Buffer) => (output += chunk));
  child.stderr?.on('data', (chunk: Buffer) => (output += chunk));
  return new Promise((ready, fail) => {
    child.on('message', (message: { type: string; url: string; message: string }) => {
      if (message.type === 'ready') ready(message.url);
      if (message.type === 'failed') fail(new Error(message.message));
    });
    child.once('error', fail);
    child.once('exit', (code) =>
      fail(new Error(`It ended with ${code} before it was ready.\n${output}`)),
    );
  });
}

async function end(child: ChildProcess, ask: () => void): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exited = once(child, 'exit');
  ask();
  await exited;
}
