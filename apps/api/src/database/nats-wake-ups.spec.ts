import { eventually, type NatsServer, startNatsServer } from '@flixcheck/test-harness';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Writable } from 'node:stream';
import pino from 'pino';
import type { NatsConfig } from '../config/nats.js';
import { AppLogger } from '../telemetry/app-logger.js';
import { NatsWakeUps } from './nats-wake-ups.js';

const SUBJECT = 'flixcheck-connect.changes';

let server: NatsServer;
let nodes: NatsWakeUps[];
let log: string[];
/** How often each node was woken, in the order of their start. */
let woken: number[];

beforeEach(async () => {
  server = await startNatsServer();
  [nodes, log, woken] = [[], [], []];
});
afterEach(async () => {
  await Promise.all(nodes.map((node) => node.close()));
  await server.stop();
});

const sink = () =>
  new Writable({
    write(chunk: Buffer, _, done) {
      log.push(String(chunk));
      done();
    },
  });
function node(config: Partial<NatsConfig> = {}): NatsWakeUps {
  const index = woken.push(0) - 1;
  const started = new NatsWakeUps(
    { servers: [new URL(server.url).host], tls: false, subject: SUBJECT, ...config },
    () => (woken[index] = (woken[index] ?? 0) + 1),
    new AppLogger(pino({ level: 'debug' }, sink())),
  );
  nodes.push(started);
  started.start();
  return started;
}
/** Longer than it takes to notice a silent server. */
const PATIENCE_MS = 20_000;
const until = (condition: () => boolean) =>
  eventually(() => Promise.resolve(condition()), Boolean, PATIENCE_MS);
const connected = (wakeUps: NatsWakeUps, is = true) => until(() => wakeUps.isConnected() === is);
const wokenTo = (index: number, count: number) => until(() => (woken[index] ?? 0) >= count);
const logged = (text: string) => log.filter((line) => line.includes(text));

describe('nodes wake each other', () => {
  it('all but the one that sends, by a message that says nothing', async () => {
    const [first, second, third] = [node(), node(), node()];
    for (const each of [first, second, third]) await connected(each);
    await Promise.all([wokenTo(0, 1), wokenTo(1, 1), wokenTo(2, 1)]);
    first.send();
    await Promise.all([wokenTo(1, 2), wokenTo(2, 2)]);
    expect(woken[0]).toBe(1);
    expect(server.published).toEqual([{ subject: SUBJECT, payload: '' }]);
  });

  it('once for many changes in a row, and the last of them is not left out', async () => {
    const [first, second] = [node(), node()];
    await Promise.all([connected(first), connected(second)]);
    for (let i = 0; i < 1000; i += 1) first.send();
    await until(() => server.published.length === 2);
    await first.close();
    expect(server.published).toHaveLength(2);
  });

  it('what is to be said when the process ends is said', async () => {
    const [first, second] = [node(), node()];
    await Promise.all([connected(first), connected(second)]);
    first.send();
    first.send();
    await first.close();
    await until(() => server.published.length === 2);
  });

  it('two installations do not wake each other when their subjects differ', async () => {
    const [first, other, second] = [node(), node({ subject: 'other' }), node()];
    for (const each of [first, other, second]) await connected(each);
    await wokenTo(1, 1);
    first.send();
    await wokenTo(2, 2);
    expect(woken[1]).toBe(1);
  });
});

describe('NATS may be away', () => {
  it('at the start: a node connects as soon as it is there, and is woken then', async () => {
    server.cut();
    const first = node();
    await until(() => logged('NATS is away').length === 1);
    expect(first.isConnected()).toBe(false);
    // To nobody, and without harm.
    first.send();
    server.mend();
    await connected(first);
    await wokenTo(0, 1);
    expect(server.published).toEqual([]);
  });

  it('later: a node connects again, looks at what it has missed, and says so once', async () => {
    const first = node();
    await connected(first);
    await wokenTo(0, 1);
    server.cut();
    await connected(first, false);
    server.mend();
    await connected(first);
    await wokenTo(0, 2);
    expect(logged('NATS is away')).toHaveLength(1);
    expect(logged('connected to NATS')).toHaveLength(2);
  });

  it('silently, as behind a firewall: a node notices', async () => {
    const first = node();
    await connected(first);
    server.silence();
    await connected(first, false);
    server.mend();
    await connected(first);
  });

  it('one of several servers: a node takes another one', async () => {
    const other = await startNatsServer();
    const hosts = [server, other].map(({ url }) => new URL(url).host);
    const first = node({ servers: hosts });
    await connected(first);
    const used = server.clients.length > 0 ? server : other;
    used.cut();
    await connected(first, false);
    await connected(first);
    await first.close();
    await other.stop();
  });
});

describe('a node proves who it is', () => {
  it('with the key of a credentials file, which stays here', async () => {
    const { nkeys } = await import('@nats-io/transport-node');
    const user = nkeys.createUser();
    const seed = new TextDecoder().decode(user.getSeed());
    const credentials = [
      ...['-----BEGIN NATS USER JWT-----', 'a.b.c', '------END NATS USER JWT------', ''],
      ...['-----BEGIN USER NKEY SEED-----', seed, '------END USER NKEY SEED------', ''],
    ].join('\n');
    await connected(node({ credentials }));
    const [{ jwt, sig }] = server.clients as [{ jwt: string; sig: string }];
    expect(jwt).toBe('a.b.c');
    expect(user.verify(Buffer.from(server.nonce), Buffer.from(sig, 'base64url'))).toBe(true);
    expect(JSON.stringify(server.clients)).not.toContain(seed);
  });

  it('with a user and a password', async () => {
    await connected(node({ user: 'connect', password: 'secret word' }));
    expect(server.clients).toMatchObject([{ user: 'connect', pass: 'secret word' }]);
  });

  it('with a token', async () => {
    await connected(node({ token: 'secret word' }));
    expect(server.clients).toMatchObject([{ auth_token: 'secret word' }]);
  });

  it('and goes on trying when it is refused, without a word of its secret in the log', async () => {
    server.refuse('Authorization Violation');
    const first = node({ user: 'connect', password: 'secret word' });
    await until(() => server.clients.length >= 3);
    server.refuse(undefined);
    await connected(first);
    expect(logged('Authorization Violation')).toHaveLength(1);
    expect(logged('secret')).toEqual([]);
  });

  it('only to a server that encrypts, where that is asked for', async () => {
    node({ tls: true, user: 'connect', password: 'secret word' });
    await until(() => logged('NATS is away').length === 1);
    expect(server.clients).toEqual([]);
  });
});
