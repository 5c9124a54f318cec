import { mkdirSync, realpathSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { Client, DatabaseError } from 'pg';
import { locateBinaries } from './embedded-postgres/binaries.js';
import {
  type Access,
  createCluster,
  giveCluster,
  inspectCluster,
  readAccess,
  SUPERUSER,
  writeAccess,
} from './embedded-postgres/cluster.js';
import {
  EmbeddedPostgresError,
  fromFileSystem,
  fromServerOutput,
} from './embedded-postgres/failure.js';
import { claim, currentOwner, release } from './embedded-postgres/ownership.js';
import { choosePrivileges } from './embedded-postgres/privileges.js';
import { Server, type ServerPlan, stopOrphan } from './embedded-postgres/server.js';

export { EmbeddedPostgresError };

export interface EmbeddedPostgresOptions {
  /** The cluster lives in its folder `postgres`. Created if it is missing. */
  dataDir: string;
  /** A fixed port; without it the last one used, or a free one if that is taken. */
  port?: number;
  log: (line: string) => void;
  /** For tests: fast instead of durable, and the cluster is removed at the end. */
  ephemeral?: boolean;
}

export interface EmbeddedPostgres {
  /** Connects as the owner of the database, who may create further ones but is no superuser. */
  url: string;
  stop(): Promise<void>;
  /** Settles when the server has ended by itself and could not be brought back, with the reason. */
  lost: Promise<EmbeddedPostgresError>;
}

const NAME = 'flixcheck';
/** A server that ends by itself more often than this within a minute is not restarted. */
const RESTARTS_PER_MINUTE = 5;

/**
 * Runs a real PostgreSQL server from npm packages as a child of this process. Its failures are
 * {@link EmbeddedPostgresError}s, whose message is one sentence that says what to do.
 */
export async function startEmbeddedPostgres(
  options: EmbeddedPostgresOptions,
): Promise<EmbeddedPostgres> {
  let dataDir = resolve(options.dataDir);
  try {
    mkdirSync(dataDir, { recursive: true });
    dataDir = realpathSync(dataDir);
    const owner = await claim(dataDir);
    if (owner !== undefined) throw alreadyRunning(dataDir, owner);
  } catch (error) {
    throw fromFileSystem(error, dataDir);
  }
  const abandon = () => release(dataDir);
  process.once('exit', abandon);
  try {
    return await startOwned(dataDir, options, abandon);
  } catch (error) {
    abandon();
    process.off('exit', abandon);
    throw fromFileSystem(error, dataDir);
  }
}

/** For commands: the running program's server if there is one, else a temporary one. */
export async function joinEmbeddedPostgres(
  options: EmbeddedPostgresOptions,
): Promise<Pick<EmbeddedPostgres, 'url' | 'stop'>> {
  const dataDir = resolve(options.dataDir);
  if (currentOwner(dataDir) === undefined) return startEmbeddedPostgres(options);
  return {
    url: urlOf(NAME, await readAccess(join(dataDir, 'postgres'))),
    stop: () => Promise.resolve(),
  };
}

async function startOwned(
  dataDir: string,
  options: EmbeddedPostgresOptions,
  abandon: () => void,
): Promise<EmbeddedPostgres> {
  const clusterDir = join(dataDir, 'postgres');
  const durable = options.ephemeral !== true;
  const { log } = options;
  const binaries = locateBinaries();
  const state = await inspectCluster(clusterDir);
  const privileges = choosePrivileges(clusterDir, binaries);
  if (state === 'absent') {
    log('creating the database');
    await createCluster(clusterDir, binaries, privileges, { durable });
  } else {
    await giveCluster(clusterDir, privileges);
    await stopOrphan(clusterDir, log);
  }

  const access = await readAccess(clusterDir);
  const plan: ServerPlan = { clusterDir, dataDir, binaries, privileges, durable, log };
  const { server: first, port } = await Server.start(plan, {
    port: options.port ?? access.port,
    fixed: options.port !== undefined,
  });
  let server = first;
  const onProcessExit = () => server.signalStop();
  process.once('exit', onProcessExit);
  try {
    await provision({ ...access, port }, durable);
    if (port !== access.port || !access.provisioned) {
      await writeAccess(clusterDir, { ...access, port, provisioned: true });
    }
  } catch (error) {
    await server.stop();
    process.off('exit', onProcessExit);
    throw explain(error, clusterDir, dataDir);
  }

  let stopping: Promise<void> | undefined;
  let reportLoss: (reason: EmbeddedPostgresError) => void = () => undefined;
  const lost = new Promise<EmbeddedPostgresError>((resolve) => (reportLoss = resolve));
  const supervise = () => {
    const restarts: number[] = [];
    const watch = () => server.onExit(() => void (stopping ?? bringBack()));
    const bringBack = async () => {
      const now = Date.now();
      restarts.push(now);
      while ((restarts[0] ?? now) < now - 60_000) restarts.shift();
      try {
        if (restarts.length > RESTARTS_PER_MINUTE) throw givenUp(clusterDir);
        log('the server ended by itself: starting it again');
        await stopOrphan(clusterDir, log);
        const next = await Server.start(plan, { port, fixed: true });
        server = next.server;
        if (stopping) await server.stop();
        else watch();
      } catch (error) {
        if (!stopping) reportLoss(error as EmbeddedPostgresError);
      }
    };
    watch();
  };
  supervise();

  const stop = async () => {
    await server.stop();
    if (!durable) await rm(clusterDir, { recursive: true, force: true });
    process.off('exit', onProcessExit);
    process.off('exit', abandon);
    abandon();
  };
  return {
    url: urlOf(NAME, { ...access, port }),
    lost,
    stop: () => (stopping ??= stop()),
  };
}

/**
 * Creates the program's role and database, or makes sure that they can be used. In tests, the role
 * may make others, so that the program can run with one that has fewer rights.
 */
async function provision(access: Access, durable: boolean): Promise<void> {
  if (access.provisioned && (await canConnect(urlOf(NAME, access)))) return;
  const superuser = new Client({
    connectionString: urlOf(SUPERUSER, { ...access, password: access.superuserPassword }),
  });
  superuser.on('error', () => undefined);
  await superuser.connect();
  try {
    const exists = async (sql: string) => (await superuser.query(sql, [NAME])).rowCount === 1;
    const verb = (await exists('SELECT FROM pg_roles WHERE rolname = $1')) ? 'ALTER' : 'CREATE';
    const password = superuser.escapeLiteral(access.password);
    const rights = durable ? 'CREATEDB' : 'CREATEDB CREATEROLE';
    await superuser.query(`${verb} ROLE ${NAME} LOGIN ${rights} PASSWORD ${password}`);
    if (!(await exists('SELECT FROM pg_database WHERE datname = $1'))) {
      await superuser.query(`CREATE DATABASE ${NAME} OWNER ${NAME}`);
    }
  } finally {
    await superuser.end();
  }
}

async function canConnect(connectionString: string): Promise<boolean> {
  const client = new Client({ connectionString });
  client.on('error', () => undefined);
  try {
    await client.connect();
    return true;
  } catch {
    return false;
  } finally {
    await client.end().catch(() => undefined);
  }
}

/** What the server answers when its files are damaged, or cannot grow. */
function explain(error: unknown, clusterDir: string, dataDir: string): unknown {
  if (!(error instanceof DatabaseError)) return error;
  return fromServerOutput([error.message], clusterDir, dataDir);
}

function urlOf(role: string, { password, port }: Pick<Access, 'password' | 'port'>): string {
  return `postgresql://${role}:${password}@127.0.0.1:${port}/${role}`;
}

function alreadyRunning(dataDir: string, pid: number): EmbeddedPostgresError {
  return new EmbeddedPostgresError(
    `The database in ${dataDir} is in use by a program that is already running (process ${pid}). ` +
      'Stop that one first, or set DATA_DIR to another folder to run a second one beside it.',
  );
}

function givenUp(clusterDir: string): EmbeddedPostgresError {
  return new EmbeddedPostgresError(
    `The embedded database in ${clusterDir} ended by itself again and again. Its log above says why.`,
  );
}
