import { beforeEach, describe, expect, it, jest } from '@jest/globals';
import { Component } from '@angular/core';
import { TestBed } from '@angular/core/testing';
import { Router } from '@angular/router';
import { providePortal } from '../../testing/portal-testing';
import { Api } from '../api/api';
import { errorFromAnswer } from '../api/problem';
import { SessionExpiry } from './session-expiry';
import { sessionKnown } from './session-guard';
import { SessionStore } from './session-store';
import { SignedInBefore } from './signed-in-before';

@Component({ template: '' })
class Page {}

const connections = '/settings/connections';

/** The sign-in page's script arrives when a test says so. */
let arrive: () => void;
let router: Router;
let expiry: SessionExpiry;

beforeEach(async () => {
  const script = new Promise<typeof Page>((resolve) => (arrive = () => resolve(Page)));
  TestBed.configureTestingModule({
    providers: providePortal(
      [],
      [
        { path: 'sign-in', loadComponent: () => script },
        { path: '**', component: Page },
      ],
    ),
  });
  router = TestBed.inject(Router);
  expiry = TestBed.inject(SessionExpiry);
  expiry.begin();
  await router.navigateByUrl(connections);
});

const reason = () => router.lastSuccessfulNavigation()?.extras.state?.['reason'] as unknown;

async function settled(): Promise<void> {
  arrive();
  while (router.currentNavigation() || !router.url.startsWith('/sign-in')) {
    await new Promise((resolve) => setTimeout(resolve));
  }
}

describe('the way to the sign-in page', () => {
  it('tells whoever signs out so, also when requests are refused meanwhile', async () => {
    let ended = (): void => undefined;
    const signingOut = expiry.signOut(() => new Promise((resolve) => (ended = resolve)));
    expiry.signInAgain(expiry.current());
    ended();
    await Promise.resolve();
    expiry.signInAgain(expiry.current());
    await new Promise((resolve) => setTimeout(resolve));
    expiry.signInAgain(expiry.current());
    await settled();
    await signingOut;
    expiry.signInAgain(expiry.current());
    await settled();
    expect(reason()).toBe('signed-out');
    expect(router.url).toBe('/sign-in');
  });

  it('stays where it is when signing out fails, and leads there at the next refusal', async () => {
    await expect(expiry.signOut(() => Promise.reject(new Error('down')))).rejects.toThrow('down');
    expect(router.url).toBe(connections);
    expiry.signInAgain(expiry.current());
    await settled();
    expect(reason()).toBe('expired');
    expect(router.url).toBe(`/sign-in?returnTo=${encodeURIComponent(connections)}`);
  });

  it('keeps the first address to return to, however many requests are refused', async () => {
    expiry.signInAgain(expiry.current());
    expiry.signInAgain(expiry.current());
    await settled();
    expect(reason()).toBe('expired');
    expect(router.url).toBe(`/sign-in?returnTo=${encodeURIComponent(connections)}`);
  });

  it('is not taken for what an earlier session asked', async () => {
    const earlier = expiry.current();
    expiry.begin();
    expiry.signInAgain(earlier);
    await new Promise((resolve) => setTimeout(resolve));
    expect(router.currentNavigation()).toBeNull();
    expect(router.url).toBe(connections);
  });
});

describe('who is signed in', () => {
  const session = (id: string) => ({ resource: { user: { id, role: 'member' } } });

  async function refusedTo(id: string) {
    const get = jest.spyOn(TestBed.inject(Api), 'get').mockResolvedValueOnce(session(id));
    const store = TestBed.inject(SessionStore);
    await store.load();
    await store.load();
    expect(get).toHaveBeenCalledTimes(1);
    expiry.signInAgain(expiry.current());
    return { get, store };
  }

  it('is nobody any more once a request was refused: another tab may have signed out', async () => {
    const { get, store } = await refusedTo('u1');
    get.mockRejectedValueOnce(errorFromAnswer(401, new Headers(), { code: 'session_required' }));
    // With the note that this browser has signed in.
    TestBed.inject(SignedInBefore).set(null);
    await TestBed.runInInjectionContext(() => sessionKnown({} as never, {} as never));
    expect([store.session(), store.nobody()]).toEqual([null, true]);
  });

  it('is whoever has signed in with another tab meanwhile', async () => {
    const { get, store } = await refusedTo('u1');
    get.mockResolvedValueOnce(session('u2'));
    await store.load();
    expect(store.user()?.id).toBe('u2');
  });

  it('is not known where the API does not answer then', async () => {
    const { get, store } = await refusedTo('u1');
    get.mockRejectedValueOnce(errorFromAnswer(503, new Headers(), { code: 'service_unavailable' }));
    await expect(store.load()).rejects.toThrow();
    expect(store.session()).toBeNull();
  });
});
