import { beforeEach, describe, expect, it } from '@jest/globals';
import { Component } from '@angular/core';
import { TestBed } from '@angular/core/testing';
import { Router } from '@angular/router';
import { providePortal } from '../../testing/portal-testing';
import { SessionExpiry } from './session-expiry';

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
