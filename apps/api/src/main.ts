import 'reflect-metadata';
import cluster from 'node:cluster';
import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { DataSource } from 'typeorm';
import { BackgroundWork } from './background/background-work.js';
import { parseConfig } from './config/config.js';
import { directUrl, type RuntimeConfig } from './config/config.module.js';
import { createApp } from './create-app.js';
import { dataSourceOptions } from './database/data-source.js';
import { fillDemoData } from './database/demo-data.js';
import { assertPooler } from './database/pooler.js';
import { prepareDatabase } from './database/running-database.js';
import { bringUpToDate } from './database/schema.js';
import { onceAvailable } from './database/start-tasks.js';
import { AppLogger, createLogger } from './telemetry/app-logger.js';
import { Workers } from './workers.js';

/** Longer than any request takes; what is still open then is cut off. */
const SHUTDOWN_LIMIT_MS = 4000;
/** So much more for whoever waits for its workers. */
const WORKERS_LIMIT_MS = 1000;

/**
 * Each worker listens by itself, and the kernel shares out the connections. Otherwise the first process
 * accepts them and hands them over; what it hands to one that has just been killed never gets an answer.
 */
const SHARING = { reusePort: cluster.isWorker && process.platform === 'linux' };

type Message =
  | { type: 'progress'; message: string }
  | { type: 'ready'; url: string }
  | { type: 'failed'; message: string; stack?: string };

/** Tells the launcher, or the process whose worker this is, where there is one. */
function tell(message: Message): void {
  if (process.connected) process.send?.(message);
}

async function start(): Promise<void> {
  const config = parseConfig(process.env);
  const logger = new AppLogger(createLogger(config.logLevel));
  const leads = config.workers > 1 && cluster.isPrimary;
  const progress = (message: string) => {
    logger.pino.debug(message);
    tell({ type: 'progress', message });
  };
  let stopping: Promise<void> | undefined;
  const closers: (() => Promise<void>)[] = [];
  const stop = (exitCode: number) => {
    const limitMs = SHUTDOWN_LIMIT_MS + (leads ? WORKERS_LIMIT_MS : 0);
    setTimeout(() => process.exit(exitCode || 1), limitMs).unref();
    stopping ??= closers
      .reduceRight((done, close) => done.then(close, close), Promise.resolve())
      .then(() => {
        if (exitCode === 0) logger.pino.info('stopped');
      })
      .catch((error: unknown) => logger.error(error))
      .then(() => process.exit(exitCode));
    return stopping;
  };
  process.once('SIGINT', () => void stop(0));
  process.once('SIGTERM', () => void stop(0));
  process.once('disconnect', () => void stop(0));
  // A second signal, as npm sends one of its own, must not end the process half-way.
  process.on('SIGINT', () => undefined);
  process.on('SIGTERM', () => undefined);

  try {
    const database = await prepareDatabase(config, progress);
    closers.push(database.stop);
    if (cluster.isPrimary) await makeReady(database.config, progress);
    if (leads) {
      await assertPortIsFree(config);
      const workers = new Workers(config.workers, logger);
      closers.push(() => workers.stop());
      await workers.start();
      tell({ type: 'ready', url: config.publicUrl });
      return;
    }
    const app = await createApp(database.config, logger);
    closers.push(() => app.close());
    await app.listen({ port: config.port, host: config.host, ...SHARING });
    const { address, port } = app.getHttpServer().address() as AddressInfo;
    logger.pino.info({ url: config.publicUrl, address, port }, 'ready');
    tell({ type: 'ready', url: config.publicUrl });
    app.get(BackgroundWork).start();
  } catch (error) {
    fail(explain(error, config.port), error);
    await stop(1);
  }
}

/** Workers that share a port share it with those of another program, too. */
async function assertPortIsFree({
  port,
  host,
}: Pick<RuntimeConfig, 'port' | 'host'>): Promise<void> {
  const server = createServer().listen({ port, host, exclusive: true });
  await once(server, 'listening');
  server.close();
  await once(server, 'close');
}

async function makeReady(config: RuntimeConfig, progress: (line: string) => void): Promise<void> {
  const { ran } = await onceAvailable(() => bringUpToDate(config), progress);
  await onceAvailable(() => assertPooler(config), progress);
  if (ran.length > 0) progress(`migrated the database: ${ran.join(', ')}`);
  if (config.demoData) {
    await onceAvailable(() => demoData(directUrl(config), config.demoClientPort), progress);
  }
}

async function demoData(databaseUrl: string, demoClientPort: number): Promise<void> {
  const dataSource = await new DataSource(dataSourceOptions(databaseUrl)).initialize();
  try {
    await fillDemoData(dataSource, { demoClientPort, now: new Date() });
  } finally {
    await dataSource.destroy();
  }
}

function explain(error: unknown, port: number): string {
  const { code, message } = error as NodeJS.ErrnoException;
  if (code === 'EADDRINUSE') {
    return `Port ${port} is taken by another program. Stop that one, or choose another port with PORT=${port + 1}`;
  }
  if (code === 'EACCES') return `Port ${port} may not be opened. Choose one above 1023 with PORT=…`;
  if (code === 'ECONNREFUSED') {
    return 'The database at DATABASE_URL does not answer. Start it, or correct the address.';
  }
  return message;
}

/** Where it happened is for whoever develops the program. */
function fail(message: string, error: unknown): void {
  tell({ type: 'failed', message, stack: error instanceof Error ? error.stack : undefined });
  if (!process.connected) process.stderr.write(`${message}\n`);
}

start().catch((error: unknown) => {
  // Only the configuration fails before `start` can clean up after itself.
  fail(error instanceof Error ? error.message : String(error), error);
  process.exitCode = 1;
  if (process.connected) process.disconnect();
});
