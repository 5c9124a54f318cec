import { beforeEach, describe, expect, it, jest } from '@jest/globals';
import { Component } from '@angular/core';
import { TestBed } from '@angular/core/testing';
import { Router, RouterOutlet } from '@angular/router';
import { RouterTestingHarness } from '@angular/router/testing';
import { provideTranslocoScope, TranslocoDirective } from '@jsverse/transloco';
import { KNOWN_SCOPES } from '../../testing/known-scopes';
import { control, providePortal, shown } from '../../testing/portal-testing';
import { sampleClient } from '../../testing/sample-client';
import { CURRENT_SESSION, OAUTH_SCOPES } from '../api/addresses';
import { Api } from '../api/api';
import { errorFromAnswer } from '../api/problem';
import { SessionExpiry } from '../session/session-expiry';
import { SessionStore } from '../session/session-store';
import { settingsRoutes } from '../settings-routes';
import { AccountMenu } from '../shell/account-menu';
import { Confirmation } from '../ui/confirmation';
import { Messages } from '../ui/messages';
import type { Question } from '../ui/question';
// The routes fetch these; translated here already, they cost no test its time.
import '../applications/applications-page';
import '../registry/new-client-page';
import '../registry/registry-routes';
import '../security/security-page';
import '../team/invite-page';
import '../team/team-page';
import { UnsavedChanges } from './unsaved-changes';

@Component({ template: '' })
class Elsewhere {}

/** Has the texts of the settings, as their frame does. */
@Component({
  imports: [RouterOutlet, TranslocoDirective],
  template: `<router-outlet *transloco="let t" />`,
})
class Frame {}

const get = jest.fn<(path: string) => Promise<unknown>>();
const post = jest.fn<(path: string, body: unknown) => Promise<unknown>>();
const patch = jest.fn<(path: string, body: unknown) => Promise<unknown>>();
const end = jest.fn<() => Promise<unknown>>();
const ask = jest.fn<(question: Question) => Promise<boolean>>();
const show = jest.fn();

const PERSON = {
  locale: 'de',
  firstName: 'Anna',
  lastName: 'Ahrens',
  email: 'anna@musterhaus.example',
};
const INVITE = '/settings/team/invite';
const REGISTER = '/settings/registry/new';

let harness: RouterTestingHarness;
let router: Router;
let user: { id: string; role: string };

const fixture = () => harness.fixture;
const find = <E extends HTMLElement>(selector: string) =>
  shown(fixture(), () => document.querySelector<E>(selector));

/** As the API's client does when a request is refused for want of a session. */
function refuse(): Promise<never> {
  TestBed.inject(SessionExpiry).signInAgain();
  return Promise.reject(errorFromAnswer(401, new Headers(), { code: 'session_required' }));
}

async function signedInAs(id: string, role: string): Promise<void> {
  user = { id, role };
  await TestBed.inject(SessionStore).load();
}

async function type(selector: string, text: string): Promise<void> {
  const field = await find<HTMLInputElement | HTMLTextAreaElement>(selector);
  field.value = text;
  field.dispatchEvent(new Event('input', { bubbles: true }));
  await fixture().whenStable();
}

async function press(name: string): Promise<void> {
  (await shown(fixture(), () => control(fixture(), name))).click();
  await fixture().whenStable();
}

const valueOf = async (selector: string) => (await find<HTMLInputElement>(selector)).value;
const atSignIn = () => shown(fixture(), () => router.url.startsWith('/sign-in'));

/** @returns whether the browser would ask before the page is reloaded or closed */
function browserAsks(): boolean {
  const event = new Event('beforeunload', { cancelable: true });
  window.dispatchEvent(event);
  return event.defaultPrevented;
}

beforeEach(async () => {
  jest.resetAllMocks();
  sessionStorage.clear();
  document.body.replaceChildren();
  get.mockImplementation((path) => {
    if (path === CURRENT_SESSION) {
      return Promise.resolve({ resource: { user: { ...PERSON, ...user }, account: {} } });
    }
    if (path === OAUTH_SCOPES) {
      return Promise.resolve({ resource: { scopes: KNOWN_SCOPES } });
    }
    if (path.startsWith('/user/v7/users/me/')) {
      return Promise.resolve({ resource: { passkeys: [], recoveryCodesLeft: 0 } });
    }
    if (path === '/user/v7/account-policy') {
      return Promise.resolve({ resource: { allows: 'every' } });
    }
    return Promise.resolve({ resources: [], meta: { total: 0 } });
  });
  TestBed.configureTestingModule({
    providers: [
      ...providePortal(
        [],
        [
          {
            path: 'settings',
            component: Frame,
            providers: [provideTranslocoScope('settings')],
            children: settingsRoutes,
          },
          { path: '**', component: Elsewhere },
        ],
      ),
      { provide: Api, useValue: { get, post, patch, delete: end } },
      { provide: Confirmation, useValue: { ask } },
      { provide: Messages, useValue: { show } },
    ],
  });
  router = TestBed.inject(Router);
  harness = await RouterTestingHarness.create();
});

describe('what is being typed when the session ends', () => {
  it('is there again for the same person once signed in: invitations', async () => {
    await signedInAs('u1', 'admin');
    await harness.navigateByUrl(INVITE);
    await type('#people', 'nora@neuhaus.example');
    (await find('input[value=admin]')).click();
    post.mockImplementationOnce(refuse);
    await press('Einladungen senden');
    await atSignIn();
    expect(ask).not.toHaveBeenCalled();

    await signedInAs('u1', 'admin');
    await harness.navigateByUrl(INVITE);
    expect(await valueOf('#people')).toBe('nora@neuhaus.example');
    expect((await find<HTMLInputElement>('input[value=admin]')).checked).toBe(true);
    expect(show).toHaveBeenCalledWith('settings.leave.restored');
    post.mockResolvedValue(null);
    await press('Einladungen senden');
    await shown(fixture(), () => router.url === '/settings/team');
    expect(sessionStorage).toHaveLength(0);
    expect(ask).not.toHaveBeenCalled();
  });

  it('is there again for the same person once signed in: their own name', async () => {
    await signedInAs('u1', 'member');
    await harness.navigateByUrl('/settings/security');
    await type('#first-name', 'Nora');
    expect(browserAsks()).toBe(true);
    patch.mockImplementationOnce(refuse);
    await press('Speichern');
    await atSignIn();
    await signedInAs('u1', 'member');
    await harness.navigateByUrl('/settings/security');
    expect(await valueOf('#first-name')).toBe('Nora');
    expect(ask).not.toHaveBeenCalled();
  });

  it('is there again for the same person once signed in: an application', async () => {
    await signedInAs('u1', 'operator');
    await harness.navigateByUrl(REGISTER);
    await type('#client-name', 'Bestandsblick');
    await type('#client-publisher', 'Bestandsblick GmbH');
    await type('#redirect-uri-0', 'https://bestandsblick.example/callback');
    (await find('fx-scope-choices input')).click();
    post.mockImplementationOnce(refuse);
    await press('Anwendung registrieren');
    await atSignIn();
    expect(ask).not.toHaveBeenCalled();

    await signedInAs('u1', 'operator');
    await harness.navigateByUrl(REGISTER);
    expect(await valueOf('#client-name')).toBe('Bestandsblick');
    post.mockResolvedValue({ resource: sampleClient() });
    await press('Anwendung registrieren');
    expect(post.mock.calls[1]?.[1]).toEqual(post.mock.calls[0]?.[1]);
    expect(sessionStorage).toHaveLength(0);
  });

  it('is kept when another tab has signed out', async () => {
    await signedInAs('u1', 'admin');
    await harness.navigateByUrl(INVITE);
    await find('#people');
    const unsaved = TestBed.inject(UnsavedChanges);
    expect(unsaved.keep()).toBeNull();
    await type('#people', 'nora@neuhaus.example');
    expect(unsaved.keep()).toBe(INVITE);
    expect(sessionStorage).toHaveLength(1);
  });

  it('is found by nobody else, and gone then', async () => {
    await signedInAs('u1', 'admin');
    await harness.navigateByUrl(INVITE);
    await type('#people', 'nora@neuhaus.example');
    post.mockImplementationOnce(refuse);
    await press('Einladungen senden');
    await atSignIn();
    await signedInAs('u2', 'admin');
    await harness.navigateByUrl(INVITE);
    expect(await valueOf('#people')).toBe('');
    expect(sessionStorage).toHaveLength(0);
  });

  it('stays in its form where it cannot be kept, and can be sent from there', async () => {
    await signedInAs('u1', 'operator');
    await harness.navigateByUrl(REGISTER);
    await type('#client-name', 'Bestandsblick');
    await type('#client-publisher', 'Bestandsblick GmbH');
    await type('#redirect-uri-0', 'https://bestandsblick.example/callback');
    (await find('fx-scope-choices input')).click();
    const full = jest.spyOn(Storage.prototype, 'setItem').mockImplementation(() => {
      throw new DOMException('full', 'QuotaExceededError');
    });
    ask.mockResolvedValue(false);
    post.mockImplementationOnce(refuse);
    await press('Anwendung registrieren');
    await shown(fixture(), () => ask.mock.calls.length === 1);
    full.mockRestore();
    await shown(fixture(), () => document.body.textContent.includes('Ihre Sitzung ist abgelaufen'));
    // Signed in with another tab meanwhile.
    post.mockResolvedValue({ resource: sampleClient() });
    await press('Anwendung registrieren');
    await shown(fixture(), () => document.body.textContent.includes('ist registriert'));
  });
});

describe('a page on which something would be lost', () => {
  async function leaves(): Promise<boolean> {
    return router.navigateByUrl('/settings/security').then(Boolean);
  }

  it('asks before a list of people to invite goes', async () => {
    await signedInAs('u1', 'admin');
    await harness.navigateByUrl(INVITE);
    await find('#people');
    expect(browserAsks()).toBe(false);
    await type('#people', 'nora@neuhaus.example');
    expect(browserAsks()).toBe(true);
    ask.mockResolvedValue(false);
    expect(await leaves()).toBe(false);
    expect(await valueOf('#people')).toBe('nora@neuhaus.example');
    ask.mockResolvedValue(true);
    expect(await leaves()).toBe(true);
    expect(browserAsks()).toBe(false);
  });

  it('asks before somebody signs out', async () => {
    await signedInAs('u1', 'admin');
    await harness.navigateByUrl(INVITE);
    await type('#people', 'nora@neuhaus.example');
    const menu = TestBed.createComponent(AccountMenu);
    menu.componentRef.setInput('session', TestBed.inject(SessionStore).session());
    const signOut = await shown(menu, () => control(menu, 'Abmelden'));
    ask.mockResolvedValueOnce(false);
    signOut.click();
    await menu.whenStable();
    expect(TestBed.inject(SessionStore).nobody()).toBe(false);
    ask.mockResolvedValueOnce(true);
    signOut.click();
    await atSignIn();
    expect(ask).toHaveBeenCalledTimes(2);
    expect(sessionStorage).toHaveLength(0);
  });

  it('asks before a policy goes that has been chosen and not saved', async () => {
    await signedInAs('u1', 'admin');
    await harness.navigateByUrl('/settings/applications');
    (await find('#policy-selected')).click();
    await fixture().whenStable();
    ask.mockResolvedValue(false);
    expect(await leaves()).toBe(false);
    (await find('#policy-every')).click();
    await fixture().whenStable();
    expect(await leaves()).toBe(true);
  });

  it('asks before a secret goes that nobody has copied', async () => {
    await signedInAs('u1', 'operator');
    await harness.navigateByUrl(REGISTER);
    await type('#client-name', 'Bestandsblick');
    await type('#client-publisher', 'Bestandsblick GmbH');
    await type('#redirect-uri-0', 'https://bestandsblick.example/callback');
    (await find('fx-scope-choices input')).click();
    const secret = { ...sampleClient().secrets[0], value: 'a-secret-of-the-test' };
    post.mockResolvedValue({ resource: { ...sampleClient(), secret } });
    await press('Anwendung registrieren');
    await shown(fixture(), () => document.body.textContent.includes('ist registriert'));
    expect(browserAsks()).toBe(true);
    ask.mockResolvedValue(false);
    expect(await leaves()).toBe(false);
    expect(ask.mock.calls[0]?.[0].heading.text).toBe('settings.leave.secret.heading');

    (await find('fx-copy-value:nth-of-type(2) code')).dispatchEvent(
      new Event('copy', { bubbles: true }),
    );
    await fixture().whenStable();
    expect(browserAsks()).toBe(false);
    expect(await leaves()).toBe(true);
    expect(ask).toHaveBeenCalledTimes(1);
    expect(sessionStorage).toHaveLength(0);
  });
});
