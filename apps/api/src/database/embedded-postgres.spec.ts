import { identityOf } from '@flixcheck/process-lock';
import { type ChildProcess, execFile, execSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync, statfsSync, statSync } from 'node:fs';
import { chmod, mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';
import {
  afterAll,
  afterEach,
  beforeAll,
  beforeEach,
  describe,
  expect,
  it,
  jest,
} from '@jest/globals';
import { Client } from 'pg';
import {
  type EmbeddedPostgres,
  EmbeddedPostgresError,
  joinEmbeddedPostgres,
  startEmbeddedPostgres,
} from './embedded-postgres.js';
import { locateBinaries } from './embedded-postgres/binaries.js';
import { fromFileSystem, fromServerOutput } from './embedded-postgres/failure.js';
import { choosePrivileges } from './embedded-postgres/privileges.js';

jest.setTimeout(30_000);

let root: string;
let template: string;
let dataDir: string;
const running: EmbeddedPostgres[] = [];
const owners: ChildProcess[] = [];

const cluster = () => join(dataDir, 'postgres');
const serverPid = () =>
  Number.parseInt(readFileSync(join(cluster(), 'postmaster.pid'), 'utf8'), 10);

async function start(options: { ephemeral?: boolean; port?: number; in?: string } = {}) {
  const { in: dir = dataDir, ...rest } = options;
  const database = await startEmbeddedPostgres({ dataDir: dir, log: () => undefined, ...rest });
  running.push(database);
  return database;
}

async function query(url: string, sql: string): Promise<unknown[]> {
  const client = new Client({ connectionString: url });
  client.on('error', () => undefined);
  await client.connect();
  try {
    return (await client.query({ text: sql, rowMode: 'array' })).rows.flat();
  } finally {
    await client.end();
  }
}

/** In memory where there is room for some clusters: each has a thousand files, which a disk makes slowly. */
function folder(): string {
  try {
    const { bavail, bsize } = statfsSync('/dev/shm');
    return bavail * bsize > 1e9 ? '/dev/shm' : tmpdir();
  } catch {
    return tmpdir();
  }
}

/** By the system's own command, which takes a tenth of what Node.js takes. */
const copy = (from: string, to: string) => promisify(execFile)('cp', ['-R', from, to]);

/** A process of its own that owns the server and inserts rows until it is killed. */
function startOwner(): { child: ChildProcess; lines: AsyncIterableIterator<string> } {
  const hook = join(__dirname, '../testing/require-typescript.cjs');
  const program = join(__dirname, 'embedded-postgres/owner.fixture.ts');
  const child = spawn(process.execPath, ['-r', hook, program, dataDir], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  owners.push(child);
  return { child, lines: createInterface({ input: child.stdout })[Symbol.asyncIterator]() };
}

async function untilAnswered(url: string, sql: string): Promise<unknown[]> {
  for (;;) {
    try {
      return await query(url, sql);
    } catch {
      await delay(20);
    }
  }
}

async function kill(child: ChildProcess): Promise<void> {
  const exited = once(child, 'exit');
  child.kill('SIGKILL');
  await exited;
}

beforeAll(async () => {
  root = await mkdtemp(join(folder(), 'embedded-postgres-spec-'));
  template = join(root, 'template');
  await (await start({ in: template })).stop();
});

beforeEach(async () => {
  dataDir = await mkdtemp(join(root, 'data-'));
  await copy(join(template, 'postgres'), cluster());
});

afterEach(async () => {
  await Promise.all(running.splice(0).map((database) => database.stop()));
  await Promise.all(
    owners.splice(0).map((owner) => (owner.exitCode ?? owner.signalCode) || kill(owner)),
  );
  await rm(dataDir, { recursive: true, force: true });
});

afterAll(async () => {
  await rm(root, { recursive: true, force: true });
});

describe('the embedded PostgreSQL server', () => {
  it('keeps data and address from one start to the next', async () => {
    const first = await start();
    await query(first.url, `CREATE TABLE kept AS SELECT 'still here' AS word`);
    await first.stop();

    const second = await start();
    expect(second.url).toBe(first.url);
    expect(await query(second.url, 'SELECT word FROM kept')).toEqual(['still here']);
  });

  it('is PostgreSQL 18 with durable commits, on the loopback address, with a password', async () => {
    const { url } = await start();
    const setting = async (name: string) => (await query(url, `SHOW ${name}`))[0];
    expect(await setting('server_version')).toMatch(/^18\./);
    expect(await setting('fsync')).toBe('on');
    expect(await setting('synchronous_commit')).toBe('on');
    expect(await setting('listen_addresses')).toBe('127.0.0.1');
    expect(statSync(join(cluster(), 'flixcheck-connect.json')).mode & 0o777).toBe(0o600);
    await expect(query(url.replace(/:[^:@]+@/, ':wrong@'), 'SELECT 1')).rejects.toThrow(/password/);
  });

  it('gives a role that may make databases but not read the machine', async () => {
    const { url } = await start();
    await query(url, 'CREATE DATABASE another');
    await expect(query(url, `SELECT pg_read_file('/etc/passwd')`)).rejects.toThrow(/permission/);
  });

  it('takes another port when its own is in use', async () => {
    const first = await start();
    const other = join(root, 'other');
    await mkdir(other);
    await copy(cluster(), join(other, 'postgres'));
    await rm(join(other, 'postgres/postmaster.pid'));
    const second = await start({ in: other });
    expect(new URL(second.url).port).not.toBe(new URL(first.url).port);
  });

  it('says which port is in use when it may take no other', async () => {
    const port = Number(new URL((await start()).url).port);
    const failure = start({ in: join(root, 'fixed'), port });
    await expect(failure).rejects.toThrow(`Port ${port}`);
  });

  it('refuses a second program on the same data, and lets commands join the first', async () => {
    const { url } = await start();
    await expect(start()).rejects.toThrow(
      new EmbeddedPostgresError(
        `The database in ${dataDir} is in use by a program that is already running (process ${process.pid}). ` +
          'Stop that one first, or set DATA_DIR to another folder to run a second one beside it.',
      ),
    );
    const joined = await joinEmbeddedPostgres({ dataDir, log: () => undefined });
    expect(joined.url).toBe(url);
    await joined.stop();
    expect(await query(url, 'SELECT 1')).toEqual([1]);
  });

  it('removes its data at the end when it is ephemeral', async () => {
    const ephemeral = join(root, 'ephemeral');
    const database = await start({ in: ephemeral, ephemeral: true });
    expect(await query(database.url, 'SHOW fsync')).toEqual(['off']);
    await database.stop();
    expect(await readdir(ephemeral)).toEqual([]);
  });

  it('comes back on the same address when the server is killed', async () => {
    const log: string[] = [];
    const database = await startEmbeddedPostgres({ dataDir, log: (line) => log.push(line) });
    running.push(database);
    await query(database.url, 'CREATE TABLE before AS SELECT 1 AS n');
    process.kill(serverPid(), 'SIGKILL');
    expect(await untilAnswered(database.url, 'SELECT n FROM before')).toEqual([1]);
    expect(log).toContain('the server ended by itself: starting it again');
  });
});

describe('after a kill -9 of its owner', () => {
  it('has every acknowledged row', async () => {
    const { child, lines } = startOwner();
    let acknowledged = 0;
    for await (const line of lines) {
      acknowledged = Number(line) || acknowledged;
      if (acknowledged >= 200) break;
    }
    await kill(child);

    const { url } = await start();
    const [rows] = await query(
      url,
      `SELECT count(*)::int FROM acknowledged WHERE n <= ${acknowledged}`,
    );
    expect(rows).toBe(acknowledged);
  });

  it('stops a server that was left behind, and starts a new one', async () => {
    const binaries = locateBinaries();
    const first = await start();
    await first.stop();
    const { file, args, options } = choosePrivileges(cluster(), binaries).launch(
      binaries.postgres,
      [
        ...['-D', cluster(), '-p', new URL(first.url).port],
        ...['-c', 'unix_socket_directories=', '-c', 'listen_addresses=127.0.0.1'],
      ],
    );
    const orphan = spawn(file, args, { ...options, stdio: ['ignore', 'ignore', 'pipe'] });
    for await (const line of createInterface({ input: orphan.stderr })) {
      if (line.includes('ready to accept connections')) break;
    }
    const exited = once(orphan, 'exit');

    const { url } = await start();
    await exited;
    expect(await query(url, 'SELECT 1')).toEqual([1]);
    expect(serverPid()).not.toBe(orphan.pid);
  });

  it('does not mistake another process for the old server', async () => {
    await writeFile(join(cluster(), 'postmaster.pid'), `${process.pid}\n${cluster()}\n`);
    await writeFile(
      join(dataDir, 'postgres.owner'),
      JSON.stringify({ pid: process.pid, identity: 'a process that had this number before' }),
    );
    const { url } = await start();
    expect(await query(url, 'SELECT 1')).toEqual([1]);
    expect(identityOf(process.pid)).toBeDefined();
  });

  it('starts after its owner was killed while the database was being created', async () => {
    await rm(cluster(), { recursive: true });
    const { child, lines } = startOwner();
    expect((await lines.next()).value).toBe('starting');
    await kill(child);
    expect(existsSync(cluster())).toBe(false);

    const { url } = await start();
    expect(await query(url, 'SELECT 1')).toEqual([1]);
    expect((await readdir(dataDir)).sort()).toEqual(['postgres', 'postgres.owner']);
  });
});

describe('data that cannot be used', () => {
  const cases: [string, () => Promise<void>, RegExp][] = [
    ['no version', () => rm(join(cluster(), 'PG_VERSION')), /PG_VERSION.*delete that folder/],
    [
      'another major version',
      () => writeFile(join(cluster(), 'PG_VERSION'), '17\n'),
      /written by PostgreSQL 17, and this program brings version 18.*Move that folder away/,
    ],
    [
      'a damaged control file',
      () => writeFile(join(cluster(), 'global/pg_control'), 'garbage'),
      /cannot be used: .*delete that folder/,
    ],
    [
      'a lost write-ahead log',
      () => rm(join(cluster(), 'pg_wal'), { recursive: true }),
      /cannot be used: .*pg_wal.*delete that folder/,
    ],
    [
      'lost passwords',
      () => rm(join(cluster(), 'flixcheck-connect.json')),
      /flixcheck-connect\.json.*delete that folder/,
    ],
    [
      'permissions that are too open, as after chmod -R',
      () => chmod(cluster(), 0o777),
      /open to other users.*: chmod 700 \S+\/postgres\. .*no data is lost/i,
    ],
    [
      'a file in its place',
      async () => {
        await rm(cluster(), { recursive: true });
        await writeFile(cluster(), '');
      },
      /it is no folder.*delete/,
    ],
  ];

  it.each(cases)('is named in one sentence: %s', async (_name, damage, sentence) => {
    await damage();
    const failure = start();
    await expect(failure).rejects.toThrow(EmbeddedPostgresError);
    await expect(failure).rejects.toThrow(sentence);
    expect(await readdir(dataDir)).toEqual(['postgres']);
  });

  it('starts again with its data once the permissions are what the sentence says', async () => {
    const first = await start();
    await query(first.url, `CREATE TABLE kept AS SELECT 'still here' AS word`);
    await first.stop();
    await chmod(cluster(), 0o755);
    const refusal = await start().catch((error: Error) => error.message);
    const command = /chmod 700 \S+(?=\.)/.exec(String(refusal))?.[0] ?? 'false';
    execSync(command);
    const second = await start();
    expect(await query(second.url, 'SELECT word FROM kept')).toEqual(['still here']);
  });

  it('says so where the data folder is a file', async () => {
    await rm(dataDir, { recursive: true });
    await writeFile(dataDir, '');
    await expect(start()).rejects.toThrow(/cannot be used for the embedded database.*DATA_DIR/);
  });
});

describe('a full disk', () => {
  it('is named in one sentence, whoever notices it', () => {
    const sentence = `The disk that holds ${dataDir} is full. Free some space and start again, or set DATA_DIR to a folder on another disk.`;
    const fromNode = Object.assign(new Error('write'), { code: 'ENOSPC' });
    const fromServer = [
      'PANIC:  could not write to file "pg_wal/xlogtemp.29": No space left on device',
    ];
    expect(fromFileSystem(fromNode, dataDir)).toEqual(new EmbeddedPostgresError(sentence));
    expect(fromServerOutput(fromServer, cluster(), dataDir).message).toBe(sentence);
  });
});

describe('permissions that are too narrow', () => {
  // A server that root has started may read everything.
  it('are not mistaken for lost data: the sentence says how to widen them', () => {
    const fromServer = ['FATAL:  could not open file "global/pg_control": Permission denied'];
    expect(fromServerOutput(fromServer, "/srv/it's here/postgres", '/srv').message).toBe(
      `PostgreSQL may not read or write its own files in /srv/it's here/postgres (could not open file "global/pg_control": Permission denied). ` +
        `Give them back to their owner with this command: chmod -R u+rwX '/srv/it'\\''s here/postgres'. Then start again; no data is lost.`,
    );
  });
});
