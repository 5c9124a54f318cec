import { webcrypto } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { signal } from '@angular/core';
import { TestBed } from '@angular/core/testing';
import { providePortal } from '../../testing/portal-testing';
import { Api } from '../api/api';
import { DeveloperClient } from '../api/types';
import { SessionStore } from '../session/session-store';
import { Exchanges } from './exchanges';
import { MistakeRun } from './mistake-run';
import { TryItRun } from './try-it-run';

const CLIENT = {
  id: 'client-1',
  clientId: 'bestandsblick',
  kind: 'confidential',
  redirectUris: ['https://a.example/callback', 'https://b.example/callback'],
  scopes: ['read', 'readwrite'],
} as unknown as DeveloperClient;

interface Served {
  status: number;
  body?: object;
}
const TOKENS: Served = {
  status: 200,
  body: { access_token: 'access-token', refresh_token: 'refresh-token' },
};

const fetched = jest.fn<(url: string, init: { body?: unknown }) => Promise<unknown>>();
const answer = ({ status, body = {} }: Served) => ({
  status,
  statusText: '',
  headers: new Map<string, string>(),
  text: () => Promise.resolve(JSON.stringify(body)),
});
const serve = (...served: Served[]) => {
  for (const each of served) fetched.mockResolvedValueOnce(answer(each));
};
const lastBody = () => fetched.mock.calls.at(-1)![1].body;

let run: TryItRun;
let exchanges: Exchanges;

const before = { fetch: globalThis.fetch, crypto: globalThis.crypto };
const put = (values: object) => {
  for (const [name, value] of Object.entries(values)) {
    Object.defineProperty(globalThis, name, { value, configurable: true, writable: true });
  }
};

/** Until the link is there, or it is known why there is none. */
async function begin(client = CLIENT): Promise<void> {
  run.begin(client);
  while (run.unready() === 'try.preparing') await new Promise((resolve) => setTimeout(resolve));
}

beforeEach(() => {
  fetched.mockReset();
  put({ fetch: fetched, crypto: webcrypto });
  TestBed.configureTestingModule({
    providers: [
      ...providePortal([]),
      Exchanges,
      MistakeRun,
      TryItRun,
      { provide: Api, useValue: { get: jest.fn() } },
      { provide: SessionStore, useValue: { user: signal({ id: 'me' }) } },
    ],
  });
  run = TestBed.inject(TryItRun);
  exchanges = TestBed.inject(Exchanges);
});
afterEach(() => put(before));

describe('the code at hand', () => {
  const linkState = () => new URL(run.link()!).searchParams.get('state')!;

  it('can be exchanged after an earlier one of the same run', async () => {
    await begin();
    run.take('first');
    serve(TOKENS);
    await run.exchange();
    expect(run.done().exchange).toBe(true);
    serve({ status: 200 }, { status: 401 });
    await run.revoke();

    run.take('second');

    expect(run.done().exchange).toBe(false);
    serve(TOKENS);
    await run.exchange();
    expect(String(lastBody())).toContain('code=second');
    expect(exchanges.shown().revoke).toEqual([]);
  });

  it('stays where something else is pasted', async () => {
    await begin();
    run.take('first');
    for (const [text, kind] of [
      ['https://a.example/callback?code=x&state=another', 'other_state'],
      ['https://a.example/callback', 'nothing'],
    ] as const) {
      expect(run.take(text)).toBe(false);
      expect(run.returned()?.kind).toBe(kind);
      expect(run.code()).toBe('first');
    }
  });

  it('is exchanged with the redirect URI of its link, whatever has been chosen since', async () => {
    await begin();
    const state = linkState();
    run.ask({ redirectUri: CLIENT.redirectUris[1]! });
    expect(linkState()).not.toBe(state);
    expect(run.take(`?code=of-the-first-link&state=${state}`)).toBe(true);
    run.ask({ scope: 'readwrite' });

    serve(TOKENS);
    await run.exchange();

    expect((lastBody() as URLSearchParams).get('redirect_uri')).toBe(CLIENT.redirectUris[0]);
  });

  it('is asked for in the name of whom the page shows, and of nobody who signed in since', async () => {
    await begin();
    serve({ status: 409, body: { code: 'user_changed' } });
    await run.issueCode();
    expect(JSON.parse(String(lastBody()))).toMatchObject({ resource: { userId: 'me' } });
    expect(run.code()).toBeNull();
  });
});

describe('the tokens', () => {
  beforeEach(async () => {
    await begin();
    run.take('code');
    serve(TOKENS);
    await run.exchange();
  });

  it('are ended by a revocation and a refused call', async () => {
    serve({ status: 200 }, { status: 401 });
    await run.revoke();
    expect(run.done().revoke).toBe(true);
    expect(run.granted()).toBe(false);
  });

  it('are not ended where the revocation itself was refused', async () => {
    serve({ status: 401, body: { error: 'invalid_client' } });
    await run.revoke();
    expect(run.done().revoke).toBe(false);
    expect(run.granted()).toBe(true);
  });
});

describe('what a step needs first', () => {
  it('is what the steps before it bring', async () => {
    await begin();
    run.secret.set('secret');
    expect(run.missing()).toEqual({
      authorize: null,
      exchange: 'try.exchange.noCode',
      call: 'try.noTokens',
      refresh: 'try.noTokens',
      revoke: 'try.noTokens',
    });
    run.take('code');
    expect(run.missing().exchange).toBeNull();
    serve(TOKENS);
    await run.exchange();
    expect(run.missing()).toEqual({
      authorize: null,
      exchange: 'try.exchange.done',
      call: null,
      refresh: null,
      revoke: null,
    });
    serve({ status: 200 }, { status: 401 });
    await run.revoke();
    expect(run.missing().revoke).toBe('try.revoke.done');
  });

  it('is the secret of a confidential client wherever it is sent, even where it was there before', async () => {
    await begin();
    run.take('code');
    expect(run.missing().exchange).toBe('try.noSecret');
    run.secret.set('secret');
    serve(TOKENS);
    await run.exchange();
    run.secret.set('');
    expect(run.missing()).toMatchObject({
      call: null,
      refresh: 'try.noSecret',
      revoke: 'try.noSecret',
    });
  });

  it('is no secret for a public client', async () => {
    await begin({ ...CLIENT, kind: 'public' });
    run.take('code');
    expect(run.missing().exchange).toBeNull();
  });
});

describe('a run', () => {
  it('shows nothing that an earlier one has asked for', async () => {
    await begin();
    let arrive!: (value: unknown) => void;
    fetched.mockReturnValueOnce(new Promise((resolve) => (arrive = resolve)));
    const late = run.issueCode();
    expect(exchanges.busy()).toBe('authorize');

    await run.again();
    expect(exchanges.busy()).toBeNull();
    arrive(answer({ status: 201, body: { resource: { code: 'late' } } }));
    await late;

    expect(run.code()).toBeNull();
    expect(run.granted()).toBe(false);
    expect(exchanges.shown().authorize).toEqual([]);
  });

  it('sends nothing for a mistake that waited for longer than the run lasted', async () => {
    await begin();
    serve({ status: 201, body: { resource: { code: 'of-the-mistake' } } });
    await TestBed.inject(MistakeRun).provoke('code_expired', () => run.again());
    expect(fetched).toHaveBeenCalledTimes(1);
    expect(exchanges.shown().mistake).toEqual([]);
  });

  it('of another client knows neither the secret nor the consent of the one before', async () => {
    await begin();
    run.secret.set('secret-of-the-first');
    run.take('code');
    await begin({ ...CLIENT });
    expect(run.secret()).toBe('secret-of-the-first');
    expect(run.granted()).toBe(true);

    await begin({ ...CLIENT, id: 'client-2' });

    expect(run.secret()).toBe('');
    expect(run.granted()).toBe(false);
  });

  it('shows only the beginning of what is secret, unless asked for', async () => {
    await begin();
    run.secret.set('secret-of-the-client');
    run.take('code-of-the-link');
    serve(TOKENS);
    await run.exchange();
    const { verifier } = run.proof()!;
    const secrets = [run.secret(), verifier, 'code-of-the-link', 'access-token', 'refresh-token'];
    for (const secret of secrets) {
      expect(exchanges.masked(`<${secret}>`)).toBe(`<${secret.slice(0, 6)}••••>`);
    }
    exchanges.open.set(true);
    for (const secret of secrets) expect(exchanges.masked(secret)).toBe(secret);
  });

  it('forgets secret, code and tokens when the page is left', async () => {
    await begin();
    run.secret.set('secret');
    run.take('code');
    serve(TOKENS);
    await run.exchange();

    run.forget();

    expect([run.secret(), run.code(), run.tokens()]).toEqual(['', null, null]);
    expect(exchanges.shown().exchange).toEqual([]);
  });

  it('says that it needs https instead of preparing for ever', async () => {
    put({ crypto: { getRandomValues: webcrypto.getRandomValues.bind(webcrypto) } });
    await begin();
    expect(run.unready()).toBe('try.authorize.insecure');
  });
});
