import { identityOf } from '@flixcheck/process-lock';
import { type ChildProcess, spawn } from 'node:child_process';
import { readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as delay } from 'node:timers/promises';
import type { Binaries } from './binaries.js';
import { EmbeddedPostgresError, fromServerOutput } from './failure.js';
import type { Privileges } from './privileges.js';
import { isServerOf } from './processes.js';

export interface ServerPlan {
  clusterDir: string;
  dataDir: string;
  binaries: Binaries;
  privileges: Privileges;
  durable: boolean;
  log: (line: string) => void;
}

/** A fast shutdown takes a moment; the harder one after this time is for a server that hangs. */
const FAST_SHUTDOWN_MS = 3_000;
const IMMEDIATE_SHUTDOWN_MS = 1_000;
const REMEMBERED_LINES = 50;

const FAST_NOT_DURABLE = {
  fsync: 'off',
  synchronous_commit: 'off',
  full_page_writes: 'off',
  // Only a superuser may end a vacuum, and while one runs a test's database cannot be dropped.
  autovacuum: 'off',
};

type Outcome = 'ready' | 'port-taken' | 'memory-in-use';

export class Server {
  private constructor(
    private readonly child: ChildProcess,
    private readonly plan: ServerPlan,
  ) {}

  /** Starts the server on the port if it is free, else on another one. */
  static async start(
    plan: ServerPlan,
    wanted: { port: number; fixed: boolean },
  ): Promise<{ server: Server; port: number }> {
    let port = wanted.port;
    for (let attempt = 1; ; attempt++) {
      if (!wanted.fixed && (port === 0 || !(await isFree(port)))) port = await findFreePort();
      const server = Server.spawn(plan, port);
      const outcome = await server.untilReady();
      if (outcome === 'ready') return { server, port };
      if (outcome === 'port-taken' && (wanted.fixed || attempt > 10)) {
        throw new EmbeddedPostgresError(
          `Port ${port}, meant for the embedded database, is in use by another program. Stop that program or choose another port.`,
        );
      }
      if (outcome === 'port-taken') port = 0;
      // The last processes of a killed server let go of its memory as soon as they notice.
      else await delay(200);
    }
  }

  get hasExited(): boolean {
    return this.child.exitCode !== null || this.child.signalCode !== null;
  }

  onExit(listener: () => void): void {
    if (this.hasExited) listener();
    else this.child.once('exit', listener);
  }

  /** For when the process itself is exiting and nothing can be awaited any more. */
  signalStop(): void {
    if (!this.hasExited) this.child.kill(this.plan.durable ? 'SIGINT' : 'SIGQUIT');
  }

  async stop(): Promise<void> {
    this.child.ref();
    const signals: [NodeJS.Signals, number][] = [
      ...(this.plan.durable ? [['SIGINT', FAST_SHUTDOWN_MS] as [NodeJS.Signals, number]] : []),
      ['SIGQUIT', IMMEDIATE_SHUTDOWN_MS],
      ['SIGKILL', IMMEDIATE_SHUTDOWN_MS],
    ];
    const exited = new Promise<void>((resolve) => this.onExit(resolve));
    for (const [signal, patienceMs] of signals) {
      if (this.hasExited) return;
      this.child.kill(signal);
      await Promise.race([exited, delay(patienceMs, undefined, { ref: false })]);
    }
  }

  private readonly lines: string[] = [];

  private static spawn(plan: ServerPlan, port: number): Server {
    const settings = {
      listen_addresses: '127.0.0.1',
      port,
      unix_socket_directories: '',
      max_connections: 200,
      shared_buffers: '64MB',
      max_wal_size: '512MB',
      timezone: 'UTC',
      jit: 'off',
      lc_messages: 'C',
      log_destination: 'stderr',
      logging_collector: 'off',
      log_line_prefix: '',
      log_timezone: 'UTC',
      log_checkpoints: 'off',
      // Errors of single statements are the application's to report.
      log_min_messages: 'log',
      log_min_error_statement: 'panic',
      ...(plan.durable ? {} : FAST_NOT_DURABLE),
    };
    const { file, args, options } = plan.privileges.launch(plan.binaries.postgres, [
      ...['-D', plan.clusterDir],
      ...Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]),
    ]);
    const child = spawn(file, args, {
      ...options,
      cwd: '/',
      env: { PATH: process.env['PATH'], LC_ALL: 'C', TZ: 'UTC' },
      stdio: ['ignore', 'ignore', 'pipe'],
      // A session of its own: Ctrl-C reaches the owner, which then stops the server in good order.
      detached: true,
    });
    // Neither the server nor its log keeps the owner from ending.
    child.unref();
    const server = new Server(child, plan);
    const { stderr } = child;
    (stderr as typeof stderr & { unref(): void }).unref();
    createInterface({ input: stderr }).on('line', (line) => {
      server.lines.push(line);
      if (server.lines.length > REMEMBERED_LINES) server.lines.shift();
      if (isWorthTelling(line)) plan.log(line);
      child.emit('line', line);
    });
    return server;
  }

  private async untilReady(): Promise<Outcome> {
    this.child.ref();
    try {
      return await new Promise<Outcome>((resolve, reject) => {
        this.child.on('line', (line: string) => {
          if (line.includes('database system is ready to accept connections')) resolve('ready');
        });
        this.child.once('error', reject);
        // `close`, not `exit`: the last lines say why.
        this.child.once('close', () => {
          const output = this.lines.join('\n');
          if (/could not bind .* address|Address already in use/i.test(output)) {
            resolve('port-taken');
          } else if (/pre-existing shared memory block/.test(output)) {
            resolve('memory-in-use');
          } else {
            reject(fromServerOutput(this.lines, this.plan.clusterDir, this.plan.dataDir));
          }
        });
      });
    } finally {
      this.child.unref();
    }
  }
}

/** Each start and stop writes ten lines that only say that nothing is wrong. */
function isWorthTelling(line: string): boolean {
  return !/^LOG:/.test(line) || /interrupted|recovery|crash|terminated|shared memory/.test(line);
}

/**
 * A server whose owner was killed may still run. It is stopped in good order, which loses nothing,
 * and the caller starts a new one that is its own child. A stale `postmaster.pid` is removed, since
 * PostgreSQL takes any living process with that number for the old server.
 */
export async function stopOrphan(clusterDir: string, log: (line: string) => void): Promise<void> {
  const pidFile = join(clusterDir, 'postmaster.pid');
  const pid = readPid(pidFile);
  if (pid === undefined) return;
  const identity = identityOf(pid);
  if (isServerOf(pid, clusterDir)) {
    log(`stopping the server that an earlier run left behind (process ${pid})`);
    const gone = async (patienceMs: number) => {
      const deadline = Date.now() + patienceMs;
      while (identityOf(pid) === identity && Date.now() < deadline) await delay(20);
      return identityOf(pid) !== identity;
    };
    const steps: [NodeJS.Signals, number][] = [
      ['SIGINT', 15_000],
      ['SIGQUIT', 5_000],
      ['SIGKILL', 2_000],
    ];
    for (const [signal, patienceMs] of steps) {
      try {
        process.kill(pid, signal);
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code === 'EPERM') {
          throw new EmbeddedPostgresError(
            `The database in ${clusterDir} is still run by a process of another user (${pid}). Stop that process, or start as that user.`,
          );
        }
      }
      if (await gone(patienceMs)) break;
    }
  }
  rmSync(pidFile, { force: true });
}

function readPid(pidFile: string): number | undefined {
  try {
    const pid = Number.parseInt(readFileSync(pidFile, 'utf8'), 10);
    return Number.isNaN(pid) ? undefined : pid;
  } catch {
    return undefined;
  }
}

function findFreePort(): Promise<number> {
  return listenOnce(0);
}

async function isFree(port: number): Promise<boolean> {
  return listenOnce(port).then(
    () => true,
    () => false,
  );
}

function listenOnce(port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once('error', reject);
    probe.listen({ port, host: '127.0.0.1' }, () => {
      const address = probe.address();
      probe.close(() => resolve(typeof address === 'object' && address ? address.port : port));
    });
  });
}
