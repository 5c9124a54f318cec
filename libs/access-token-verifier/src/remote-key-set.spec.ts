import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { KeysUnavailableError, RemoteKeySet, type RemoteKeySetOptions } from './remote-key-set.js';

const publicKey = () => generateKeyPairSync('ec', { namedCurve: 'P-256' }).publicKey;

let server: Server;
let issuer: string;
/** What the issuer publishes, and how. */
let published: Map<string, KeyObject>;
let headers: Record<string, string>;
let reachable: boolean;
let requests: { url: string; cacheControl: string | undefined }[];
/** The clock of the key sets. */
let now: number;

beforeAll(async () => {
  server = createServer((request, response) => {
    const { url = '' } = request;
    requests.push({ url, cacheControl: request.headers['cache-control'] });
    for (const [name, value] of Object.entries(headers)) response.setHeader(name, value);
    if (!reachable) {
      response.writeHead(503).end();
    } else if (url === '/.well-known/oauth-authorization-server') {
      response.end(JSON.stringify({ issuer, jwks_uri: `${issuer}/keys` }));
    } else {
      const keys = [...published].map(([kid, key]) => ({ ...key.export({ format: 'jwk' }), kid }));
      response.end(JSON.stringify({ keys }));
    }
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
beforeEach(() => {
  published = new Map([['first', publicKey()]]);
  headers = { 'cache-control': 'public, max-age=300' };
  reachable = true;
  requests = [];
  now = Date.parse('2026-11-25T12:00:00Z');
});
afterAll(() => new Promise((closed) => server.close(closed)));

const keySet = (options: RemoteKeySetOptions = {}) =>
  new RemoteKeySet(issuer, { now: () => new Date(now), ...options });
const seconds = (count: number) => (now += count * 1000);
const isTrusted = async (set: RemoteKeySet, kid = 'first') => (await set.find(kid)) !== undefined;
const fetched = () => requests.filter(({ url }) => url === '/keys').length;
/** Until what runs in the background has been answered. */
async function untilFetched(count: number): Promise<void> {
  while (fetched() < count) await new Promise(setImmediate);
}

describe('keys', () => {
  it('are fetched once and kept', async () => {
    const set = keySet();
    await Promise.all(Array.from({ length: 20 }, () => set.find('first')));
    for (let i = 0; i < 20; i += 1) expect(await isTrusted(set)).toBe(true);
    expect(fetched()).toBe(1);
  });

  it('are looked up again when a token names a new one, but not for each made-up name', async () => {
    const set = keySet();
    await set.find('first');
    published.set('second', publicKey());
    seconds(11);
    expect(await isTrusted(set, 'second')).toBe(true);
    requests = [];
    for (let i = 0; i < 20; i += 1) expect(await isTrusted(set, `made-up-${i}`)).toBe(false);
    expect(requests).toEqual([]);
  });

  it('of a document that names another issuer are not taken (RFC 8414 §3.3)', async () => {
    const other = new RemoteKeySet(`${issuer}/`);
    await expect(other.find('first')).rejects.toThrow(KeysUnavailableError);
  });
});

describe('a revoked key is trusted no longer', () => {
  it('than 60 seconds, even where the issuer lets its list be kept for longer', async () => {
    const set = keySet();
    await set.find('first');
    published = new Map([['second', publicKey()]]);
    seconds(60);
    expect(await isTrusted(set)).toBe(false);
  });

  it('than the time that the service has chosen', async () => {
    const set = keySet({ keysMaxAgeSeconds: 20 });
    await set.find('first');
    published.clear();
    seconds(14);
    expect(await isTrusted(set)).toBe(true);
    seconds(6);
    expect(await isTrusted(set)).toBe(false);
  });

  it('than the issuer says, where that is shorter (RFC 9111 §5.2.2.1)', async () => {
    headers = { 'cache-control': 'public, max-age=15' };
    const set = keySet();
    await set.find('first');
    published.clear();
    seconds(15);
    expect(await isTrusted(set)).toBe(false);
  });

  it('because a cache in between has kept an old list (RFC 9111 §5.1)', async () => {
    headers = { 'cache-control': 'public, max-age=300', age: '50' };
    const set = keySet();
    await set.find('first');
    expect(requests.every(({ cacheControl }) => cacheControl === 'no-cache')).toBe(true);
    published.clear();
    seconds(11);
    expect(await isTrusted(set)).toBe(false);
  });
});

it('keys are renewed in the background before they grow old, so that no request waits', async () => {
  const set = keySet();
  await set.find('first');
  const renewed = publicKey();
  published.set('first', renewed);
  seconds(46);
  await set.find('first');
  await untilFetched(2);
  while (!(await set.find('first'))?.equals(renewed)) await new Promise(setImmediate);
  expect(fetched()).toBe(2);
  seconds(44);
  await set.find('first');
  expect(fetched()).toBe(2);
});

describe('while the issuer cannot be reached', () => {
  it('keys are trusted for five minutes; then nobody can tell, until it is back', async () => {
    const set = keySet();
    await set.find('first');
    reachable = false;
    seconds(299);
    expect(await isTrusted(set)).toBe(true);
    seconds(1);
    await expect(set.find('first')).rejects.toThrow(KeysUnavailableError);
    reachable = true;
    seconds(11);
    expect(await isTrusted(set)).toBe(true);
  });

  it('they are trusted for the time that the service has chosen', async () => {
    const set = keySet({ keysTrustSeconds: 3600 });
    await set.find('first');
    reachable = false;
    seconds(3599);
    expect(await isTrusted(set)).toBe(true);
    seconds(1);
    await expect(set.find('first')).rejects.toMatchObject({ reason: 'keys_unavailable' });
  });

  it('it is asked every ten seconds at most, and no request waits for it', async () => {
    const set = keySet();
    await set.find('first');
    reachable = false;
    seconds(60);
    requests = [];
    for (let i = 0; i < 20; i += 1) expect(await isTrusted(set)).toBe(true);
    expect(requests).toHaveLength(1);
    seconds(10);
    for (let i = 0; i < 20; i += 1) expect(await isTrusted(set)).toBe(true);
    while (requests.length < 2) await new Promise(setImmediate);
    expect(requests).toHaveLength(2);
  });

  it('a key that is not known may be a new one: nobody can tell', async () => {
    const set = keySet();
    await set.find('first');
    reachable = false;
    seconds(11);
    await expect(set.find('second')).rejects.toThrow(KeysUnavailableError);
    await expect(set.find('second')).rejects.toThrow(KeysUnavailableError);
    await expect(keySet().find('first')).rejects.toThrow(KeysUnavailableError);
  });
});
