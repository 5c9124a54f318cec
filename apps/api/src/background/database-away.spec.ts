import { createTestDatabase } from '@flixcheck/test-harness';
import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import pino from 'pino';
import { migrate } from '../database/migrate.js';
import { AppLogger } from '../telemetry/app-logger.js';
import { backgroundNode } from './node.fixture.js';

let database: Awaited<ReturnType<typeof createTestDatabase>>;
let network: Server;
let url: string;
let cut = false;
let refused = 0;
const sockets = new Set<Socket>();
const open: (() => Promise<unknown>)[] = [];

beforeEach(async () => {
  database = await createTestDatabase();
  await migrate(database.url);
  const target = new URL(database.url);
  network = createServer((client) => {
    if (cut) refused += 1;
    if (cut) return client.destroy();
    const server = connect(Number(target.port), target.hostname);
    for (const socket of [client, server]) {
      sockets.add(socket);
      socket
        .on('error', () => undefined)
        .on('close', () => [client, server].map((s) => s.destroy()));
    }
    client.pipe(server).pipe(client);
    return undefined;
  }).listen(0, '127.0.0.1');
  await once(network, 'listening');
  const behind = new URL(database.url);
  behind.hostname = '127.0.0.1';
  behind.port = String((network.address() as AddressInfo).port);
  url = behind.href;
});
afterEach(async () => {
  for (const close of open.splice(0).reverse()) await close();
  for (const socket of sockets) socket.destroy();
  network.close();
  await database.drop();
});

it('an unreachable database ends nothing, and costs two log lines', async () => {
  const lines: string[] = [];
  const write = (line: string) => lines.push(JSON.parse(line).msg);
  const logger = new AppLogger(pino({ level: 'info' }, { write }));
  let heard: () => void = () => undefined;
  const node = await backgroundNode(url, logger);
  open.push(node.close);
  node.work.queue({ name: 'test.mails', handle: async () => heard() });
  node.work.start();
  await node.work.started();

  cut = true;
  for (const socket of sockets) socket.destroy();
  while (refused < 20) await new Promise(setImmediate);
  cut = false;
  const done = new Promise<void>((resolve) => (heard = resolve));
  const enqueue = () =>
    node.dataSource.transaction((tx) => node.work.enqueue(tx, 'test.mails', {}));
  await enqueue();
  await done;
  expect(lines).toEqual([
    expect.stringContaining('background work waits for the database'),
    expect.stringContaining('background work goes on'),
  ]);
}, 60_000);
