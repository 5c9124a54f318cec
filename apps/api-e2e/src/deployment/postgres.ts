import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { chownSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);
/** PostgreSQL refuses to run as root; this is the user whom nothing belongs to. */
const NOBODY = 65_534;
const asRoot = process.getuid?.() === 0;
const owner = asRoot ? { uid: NOBODY, gid: NOBODY } : {};

/** A primary with a standby that confirms each commit, as Patroni runs them. */
export interface Pair {
  primaryPort: number;
  standbyPort: number;
  /** Ends the primary with all its processes, as a power cut does. */
  killPrimary(): void;
  /** Makes the standby the primary. */
  promote(): Promise<void>;
  stop(): Promise<void>;
}

/** @param programPath of `pg_basebackup`, beside which the other programs are */
export async function startPair(programPath: string, ports: [number, number]): Promise<Pair> {
  const program = (name: string) => join(dirname(programPath), name);
  const folder = mkdtempSync(join(tmpdir(), 'flixcheck-connect-pair-'));
  if (asRoot) chownSync(folder, NOBODY, NOBODY);
  const [primary, standby] = [join(folder, 'primary'), join(folder, 'standby')];
  const call = (name: string, args: string[]) =>
    run(program(name), args, {
      ...owner,
      cwd: folder,
      env: { PATH: process.env['PATH'], LC_ALL: 'C.UTF-8' },
    });
  const start = (data: string, port: number) =>
    call('pg_ctl', [
      '-D',
      data,
      '-l',
      join(folder, `${port}.log`),
      '-w',
      '-o',
      `-p ${port}`,
      'start',
    ]);

  await call('initdb', [
    '-D',
    primary,
    '-U',
    'flixcheck',
    '--auth=trust',
    '--encoding=UTF8',
    '--no-sync',
  ]);
  writeFileSync(
    join(primary, 'postgresql.conf'),
    [
      "listen_addresses = '127.0.0.1'",
      "unix_socket_directories = ''",
      'max_connections = 200',
    ].join('\n'),
    { flag: 'a' },
  );
  await start(primary, ports[0]);
  await call('pg_basebackup', [
    ...['-D', standby, '-h', '127.0.0.1', '-p', String(ports[0]), '-U', 'flixcheck'],
    ...['--write-recovery-conf', '--wal-method=stream', '--checkpoint=fast', '--no-sync'],
  ]);
  await start(standby, ports[1]);
  // Only now, for nothing could confirm a commit before; not copied, so the standby waits for none.
  writeFileSync(join(primary, 'postgresql.conf'), "\nsynchronous_standby_names = '*'\n", {
    flag: 'a',
  });
  await call('pg_ctl', ['-D', primary, 'reload']);
  return {
    primaryPort: ports[0],
    standbyPort: ports[1],
    killPrimary() {
      const postmaster = Number(
        readFileSync(join(primary, 'postmaster.pid'), 'utf8').split('\n')[0],
      );
      const children = readFileSync(`/proc/${postmaster}/task/${postmaster}/children`, 'utf8');
      for (const pid of [postmaster, ...children.trim().split(' ').map(Number)]) {
        try {
          process.kill(pid, 'SIGKILL');
        } catch {
          // It has ended by itself meanwhile.
        }
      }
    },
    promote: async () => {
      await call('pg_ctl', ['-D', standby, '-w', 'promote']);
    },
    async stop() {
      for (const data of [standby, primary]) {
        await call('pg_ctl', ['-D', data, '-m', 'immediate', '-w', 'stop']).catch(() => undefined);
      }
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** An address that leads to the primary, whichever that is, as HAProxy or a floating address does. */
export interface Address {
  port: number;
  /** Ends the connections there are; from now on it leads there. */
  leadTo(port: number): void;
  stop(): Promise<void>;
}

export async function startAddress(first: number): Promise<Address> {
  let target = first;
  const sockets = new Set<Socket>();
  const server = createServer((client) => {
    const database = connect(target, '127.0.0.1');
    const both = [client, database];
    const drop = () => {
      for (const socket of both) {
        sockets.delete(socket);
        socket.destroy();
      }
    };
    for (const socket of both) {
      sockets.add(socket);
      socket.setNoDelay(true).on('error', drop).on('close', drop);
    }
    client.pipe(database).pipe(client);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const end = () => {
    for (const socket of sockets) socket.destroy();
  };
  return {
    port: (server.address() as AddressInfo).port,
    leadTo(port) {
      target = port;
      end();
    },
    async stop() {
      server.close();
      end();
      await once(server, 'close');
    },
  };
}
