import { createTestDatabase } from '@flixcheck/test-harness';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import type { ClientBase } from 'pg';
import { DataSource } from 'typeorm';
import { dataSourceOptions } from './data-source.js';
import { isDatabaseUnavailable } from './unavailable.js';

let database: Awaited<ReturnType<typeof createTestDatabase>>;
let other: DataSource;
let dataSource: DataSource;
beforeAll(async () => {
  database = await createTestDatabase();
  other = await new DataSource(dataSourceOptions(database.url)).initialize();
});
beforeEach(async () => {
  dataSource = await new DataSource(dataSourceOptions(database.url)).initialize();
});
afterEach(() => dataSource.destroy());
afterAll(async () => {
  await other.destroy();
  await database.drop();
});

const thrownBy = (work: Promise<unknown>): Promise<unknown> =>
  work.then(
    () => Promise.reject(new Error('it did not fail')),
    (error: unknown) => error,
  );
const kill = (pid: number) => other.query('SELECT pg_terminate_backend($1, 5000)', [pid]);

describe('an error that says the database could not be asked', () => {
  it('is what a transaction gets that loses its connection between two statements', async () => {
    const error = await thrownBy(
      dataSource.transaction(async (tx) => {
        const [{ pid }] = await tx.query('SELECT pg_backend_pid() AS pid');
        const connection = (await tx.queryRunner?.connect()) as ClientBase;
        const lost = new Promise<void>((resolve) => connection.once('end', resolve));
        await kill(pid);
        await lost;
        await tx.query('SELECT 1');
      }),
    );
    expect(isDatabaseUnavailable(error)).toBe(true);
  });

  it('and during one', async () => {
    const error = await thrownBy(
      dataSource.transaction(async (tx) => {
        const [{ pid }] = await tx.query('SELECT pg_backend_pid() AS pid');
        await Promise.all([tx.query('SELECT pg_sleep(30)'), kill(pid)]);
      }),
    );
    expect(isDatabaseUnavailable(error)).toBe(true);
  });

  it('is what refused connections end in', async () => {
    const url = new URL(database.url);
    url.port = '1';
    const error = await thrownBy(new DataSource(dataSourceOptions(url.href)).initialize());
    expect(isDatabaseUnavailable(error)).toBe(true);
  });

  it('is not what a statement gets that the database has understood and refused', async () => {
    for (const statement of ['SELEKT', 'SELECT 1/0', 'SELECT * FROM nothing']) {
      expect(isDatabaseUnavailable(await thrownBy(dataSource.query(statement)))).toBe(false);
    }
    for (const thrown of [undefined, null, 'x', new Error('x'), new TypeError('x')]) {
      expect(isDatabaseUnavailable(thrown)).toBe(false);
    }
  });
});

describe('a database that falls silent', () => {
  let network: Server;
  let silent: boolean;
  const sockets: Socket[] = [];
  beforeEach(async () => {
    silent = false;
    network = createServer((client) => {
      const { port, hostname } = new URL(database.url);
      const server = connect(Number(port), hostname);
      sockets.push(client, server);
      client.on('data', (chunk) => silent || server.write(chunk)).on('error', () => undefined);
      server.on('data', (chunk) => silent || client.write(chunk)).on('error', () => undefined);
    }).listen(0, '127.0.0.1');
    await once(network, 'listening');
  });
  afterEach(async () => {
    for (const socket of sockets.splice(0)) socket.destroy();
    network.close();
    await once(network, 'close');
  });

  it('is given up: neither a statement nor a new connection waits for it for long', async () => {
    const url = new URL(database.url);
    url.hostname = '127.0.0.1';
    url.port = String((network.address() as AddressInfo).port);
    const behind = await new DataSource(dataSourceOptions(url.href)).initialize();
    await behind.query('SELECT 1');
    silent = true;
    // The first of them has the connection that is there, the others ask for new ones.
    const errors = await Promise.all([1, 2, 3].map(() => thrownBy(behind.query('SELECT 1'))));
    expect(errors.map(isDatabaseUnavailable)).toEqual([true, true, true]);
    silent = false;
    expect(await behind.query('SELECT 1 AS one')).toEqual([{ one: 1 }]);
    await behind.destroy();
  }, 15_000);
});
