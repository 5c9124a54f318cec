import { beforeEach, describe, expect, it, jest } from '@jest/globals';
import { Component } from '@angular/core';
import { ComponentFixture, TestBed } from '@angular/core/testing';
import { Router } from '@angular/router';
import { KNOWN_SCOPES } from '../../testing/known-scopes';
import { control, providePortal, shown, textOf } from '../../testing/portal-testing';
import { ApiError, errorFromAnswer } from '../api/problem';
import { AuthorizationRequest, IssuedCode } from '../api/types';
import { SessionStore } from '../session/session-store';
import { Allowed, AuthorizationApi } from './authorization-api';
import { AuthorizePage } from './authorize-page';
import { Outbound } from './outbound';

@Component({ template: '' })
class Elsewhere {}

const request: AuthorizationRequest = {
  client: {
    clientId: 'maklerwelt-crm',
    name: 'Maklerwelt CRM',
    description: 'Kundendaten',
    descriptionEn: 'Customer data',
    publisher: 'Maklerwelt Software GmbH',
    publisherVerified: true,
    kind: 'confidential',
    logoUri: null,
    homepageUri: 'https://maklerwelt.example',
    privacyPolicyUri: null,
  },
  clientVersion: 'v1',
  redirectUri: 'https://maklerwelt.example/cb',
  redirectHost: 'maklerwelt.example',
  scope: 'readwrite',
  scopes: ['readwrite'],
  knownScopes: KNOWN_SCOPES,
  state: 'open',
  codeChallenge: null,
  codeChallengeMethod: null,
  user: { id: 'u1', email: 'user@musterhaus.example', firstName: 'Jonas', lastName: 'Feld' },
  account: { id: 'a1', name: 'Musterhaus GmbH' },
  existingConnection: null,
  connectionVersion: 'none',
  denyRedirectTo: 'https://maklerwelt.example/cb?error=access_denied&state=open',
  grantedInAdvance: null,
  refusal: null,
};

const api = {
  read: jest.fn<(query: string) => Promise<AuthorizationRequest>>(),
  grant: jest.fn<(request: AuthorizationRequest, allowed: Allowed) => Promise<IssuedCode>>(),
  grantInAdvance: jest.fn<(request: AuthorizationRequest) => Promise<IssuedCode>>(),
};
const leave = jest.fn();
const session = {
  forget: jest.fn(),
  signOut: jest.fn<() => Promise<void>>(),
};

function problem(status: number, code: string, more: object = {}): ApiError {
  return errorFromAnswer(status, new Headers(), { code, ...more });
}

function comeBack(): void {
  document.dispatchEvent(new Event('visibilitychange'));
}

async function open(): Promise<ComponentFixture<AuthorizePage>> {
  const fixture = TestBed.createComponent(AuthorizePage);
  await shown(
    fixture,
    () => !textOf(fixture).includes('wird geprüft') && textOf(fixture).length > 40,
  );
  return fixture;
}

beforeEach(() => {
  jest.resetAllMocks();
  sessionStorage.clear();
  api.read.mockResolvedValue(request);
  session.signOut.mockResolvedValue();
  history.replaceState(null, '', '/oauth/authorize?clientId=maklerwelt-crm&state=a+b%2Fc');
  TestBed.configureTestingModule({
    providers: [
      ...providePortal([], [{ path: '**', component: Elsewhere }]),
      { provide: AuthorizationApi, useValue: api },
      { provide: SessionStore, useValue: session },
    ],
  });
  jest.spyOn(TestBed.inject(Outbound), 'to').mockImplementation(leave);
});

describe('the authorize page', () => {
  it('asks once, with the query as it came, and grants nothing by itself', async () => {
    const fixture = await open();
    expect(api.read.mock.calls).toEqual([['?clientId=maklerwelt-crm&state=a+b%2Fc']]);
    expect(api.grant).not.toHaveBeenCalled();
    expect(textOf(fixture)).toContain(
      'Maklerwelt CRM möchte in Ihrem Namen mit Flixcheck arbeiten',
    );
    expect(textOf(fixture)).toContain('Musterhaus GmbH');
    expect(textOf(fixture)).toContain('Danach geht es zurück zu maklerwelt.example');
  });

  it('a double click grants once, then says where one is sent', async () => {
    let answer: (code: IssuedCode) => void = () => undefined;
    api.grant.mockReturnValue(new Promise((resolve) => (answer = resolve)));
    const fixture = await open();
    const button = control(fixture, 'Zugriff erlauben');
    button?.click();
    button?.click();
    control(fixture, 'Ablehnen')?.click();
    answer({ code: 'c', expiresAt: '', redirectTo: 'https://maklerwelt.example/cb?code=c' });
    await shown(fixture, () => textOf(fixture).includes('Zugriff erlaubt'));
    expect(api.grant).toHaveBeenCalledTimes(1);
    expect(leave.mock.calls).toEqual([['https://maklerwelt.example/cb?code=c']]);
    expect(textOf(fixture)).toContain('Sie werden jetzt zu maklerwelt.example geleitet.');
  });

  it('what is being granted cannot be chosen otherwise meanwhile, and can after a failure', async () => {
    let fail: (error: ApiError) => void = () => undefined;
    api.grant.mockReturnValue(new Promise((_, reject) => (fail = reject)));
    const fixture = await open();
    const host = fixture.nativeElement as HTMLElement;
    const choices = () => [
      ...host.querySelectorAll<HTMLInputElement>('fx-consent :is(input, select)'),
    ];
    const closed = () => choices().map(({ disabled }) => disabled);
    expect(closed()).toEqual([false, false]);
    control(fixture, 'Zugriff erlauben')?.click();
    await shown(fixture, () => textOf(fixture).includes('Wird erlaubt'));
    expect(closed()).toEqual([true, true]);
    fail(problem(500, 'internal_error'));
    await shown(fixture, () => textOf(fixture).includes('Das hat nicht geklappt'));
    expect(closed()).toEqual([false, false]);
  });

  it('goes on without a question where an admin has granted it in advance, and says so', async () => {
    const by = { id: 'u2', email: 'a@musterhaus.example', firstName: 'Ada', lastName: 'Berg' };
    api.read.mockResolvedValue({
      ...request,
      grantedInAdvance: { at: '2026-11-01T08:00:00Z', by },
    });
    const issued = { code: 'c', expiresAt: '', redirectTo: 'https://m.example/?code=c' };
    api.grantInAdvance.mockResolvedValue(issued);
    const fixture = await open();
    expect(api.grant).not.toHaveBeenCalled();
    expect(leave.mock.calls).toEqual([['https://m.example/?code=c']]);
    expect(textOf(fixture)).toContain('Die Administration von Musterhaus GmbH hat das');
    window.dispatchEvent(new PageTransitionEvent('pageshow', { persisted: true }));
    await shown(fixture, () => control(fixture, 'Zugriff erlauben') !== undefined);
    expect(api.grantInAdvance).toHaveBeenCalledTimes(1);
    api.grant.mockResolvedValue(issued);
    control(fixture, 'Zugriff erlauben')?.click();
    await shown(fixture, () => textOf(fixture).includes('Sie werden jetzt zu'));
    expect(textOf(fixture)).not.toContain('Administration');
  });

  it('asks where going on without a question has failed', async () => {
    api.read.mockResolvedValue({ ...request, grantedInAdvance: { at: '', by: null } });
    api.grantInAdvance.mockRejectedValue(problem(409, 'conflict'));
    const fixture = await open();
    expect(control(fixture, 'Zugriff erlauben')).toBeDefined();
    expect(leave).not.toHaveBeenCalled();
  });

  it('refusing asks the server nothing and goes back with access_denied', async () => {
    const fixture = await open();
    control(fixture, 'Ablehnen')?.click();
    await shown(fixture, () => textOf(fixture).includes('Abgelehnt'));
    expect(textOf(fixture)).toContain('Die Anwendung erhält keinen Zugriff.');
    expect(api.grant).not.toHaveBeenCalled();
    expect(leave.mock.calls).toEqual([[request.denyRedirectTo]]);
  });

  it('without a session it leads through the sign-in page, back to the identical request', async () => {
    api.read.mockRejectedValue(problem(401, 'session_required'));
    const fixture = TestBed.createComponent(AuthorizePage);
    const router = TestBed.inject(Router);
    await shown(fixture, () => router.url.startsWith('/sign-in'));
    expect(router.parseUrl(router.url).queryParams['returnTo']).toBe(
      '/oauth/authorize?clientId=maklerwelt-crm&state=a+b%2Fc',
    );
  });

  it('a session that ends before the click is said in words, and nothing is granted', async () => {
    api.grant.mockRejectedValue(problem(401, 'session_required'));
    const fixture = await open();
    control(fixture, 'Zugriff erlauben')?.click();
    await shown(fixture, () => textOf(fixture).includes('Ihre Sitzung ist abgelaufen'));
    expect(control(fixture, 'Neu anmelden')).toBeDefined();
    expect(leave).not.toHaveBeenCalled();
  });

  it('an application that is blocked while the page is open gets nothing', async () => {
    api.grant.mockRejectedValue(problem(400, 'unknown_client'));
    const fixture = await open();
    control(fixture, 'Zugriff erlauben')?.click();
    await shown(fixture, () => textOf(fixture).includes('wurde inzwischen abgeschaltet'));
    expect(leave).not.toHaveBeenCalled();
  });

  it('an answer that is lost can be asked for again', async () => {
    api.grant.mockRejectedValueOnce(problem(500, 'internal_error'));
    api.grant.mockResolvedValue({ code: 'c', expiresAt: '', redirectTo: 'https://x.example/cb' });
    const fixture = await open();
    control(fixture, 'Zugriff erlauben')?.click();
    await shown(fixture, () => textOf(fixture).includes('Das hat nicht geklappt'));
    control(fixture, 'Zugriff erlauben')?.click();
    await shown(fixture, () => leave.mock.calls.length === 1);
  });

  it('shows on return that somebody else has signed in', async () => {
    const fixture = await open();
    api.read.mockResolvedValue({
      ...request,
      user: { ...request.user, id: 'u2', firstName: 'Ada' },
    });
    comeBack();
    await shown(fixture, () => textOf(fixture).includes('inzwischen jemand anderes angemeldet'));
    expect(textOf(fixture)).toContain('Ada Feld');
  });

  it('grants for the person whom it shows; says so when it is somebody else by then', async () => {
    const fixture = await open();
    api.read.mockResolvedValue({
      ...request,
      user: { ...request.user, id: 'u2', firstName: 'Ada' },
    });
    api.grant.mockRejectedValue(problem(409, 'user_changed'));
    control(fixture, 'Zugriff erlauben')?.click();
    await shown(fixture, () => textOf(fixture).includes('Ada Feld'));
    expect(textOf(fixture)).toContain('inzwischen jemand anderes angemeldet');
    expect(leave).not.toHaveBeenCalled();
  });

  it('grants for the application as it is shown; shows it anew when it has changed by then', async () => {
    const fixture = await open();
    const client = { ...request.client, name: 'Maklerwelt Neu' };
    const changed = { ...request, clientVersion: 'v2', client };
    api.read.mockResolvedValue(changed);
    api.grant.mockRejectedValueOnce(problem(409, 'client_changed'));
    control(fixture, 'Zugriff erlauben')?.click();
    await shown(fixture, () => textOf(fixture).includes('Maklerwelt Neu'));
    expect(textOf(fixture)).toContain('hat sich etwas geändert');
    expect(leave).not.toHaveBeenCalled();
    api.grant.mockResolvedValue({ code: 'c', expiresAt: '', redirectTo: null });
    control(fixture, 'Zugriff erlauben')?.click();
    await shown(fixture, () => leave.mock.calls.length + api.grant.mock.calls.length > 1);
    expect(api.grant.mock.calls.map(([shownRequest]) => shownRequest.clientVersion)).toEqual([
      'v1',
      'v2',
    ]);
  });

  it('grants on the connection as it is shown; shows it anew when it has been ended by then', async () => {
    const existingConnection = {
      id: 'c1',
      scope: 'readwrite',
      grantedAt: '2026-11-01T08:00:00.000Z',
      lastUsedAt: null,
      expiresAt: null,
    };
    api.read.mockResolvedValue({ ...request, existingConnection, connectionVersion: 'c1' });
    const fixture = await open();
    api.read.mockResolvedValue(request);
    api.grant.mockRejectedValueOnce(problem(409, 'connection_changed'));
    control(fixture, 'Verbindung erneuern')?.click();
    await shown(fixture, () => control(fixture, 'Zugriff erlauben'));
    expect(textOf(fixture)).toContain('hat sich etwas geändert');
    expect(leave).not.toHaveBeenCalled();
    api.grant.mockResolvedValue({ code: 'c', expiresAt: '', redirectTo: 'https://x.example/cb' });
    control(fixture, 'Zugriff erlauben')?.click();
    await shown(fixture, () => leave.mock.calls.length === 1);
    expect(api.grant.mock.calls.map(([{ connectionVersion }]) => connectionVersion)).toEqual([
      'c1',
      'none',
    ]);
  });

  it('shows on return that the session has ended', async () => {
    const fixture = await open();
    api.read.mockRejectedValue(problem(401, 'session_required'));
    comeBack();
    await shown(fixture, () => textOf(fixture).includes('Ihre Sitzung ist abgelaufen'));
  });

  it('shows the answer to a request for approval while it is looked at, without a return', async () => {
    const asked = { id: 'r1', status: 'open', requestedAt: new Date().toISOString() };
    const refusal = { reason: 'not_selected', mayDecide: false, request: asked };
    api.read.mockResolvedValue({ ...request, refusal } as AuthorizationRequest);
    const every = jest.spyOn(globalThis, 'setInterval');
    const end = jest.spyOn(globalThis, 'clearInterval');
    const fixture = await open();
    const at = every.mock.calls.findIndex(([, ms]) => ms === 10_000);
    api.read.mockResolvedValue(request);
    every.mock.calls[at]?.[0]();
    await shown(fixture, () => control(fixture, 'Zugriff erlauben'));
    await shown(fixture, () =>
      end.mock.calls.some(([timer]) => timer === every.mock.results[at]?.value),
    );
  });

  it('does not disturb the reader when a look on return fails', async () => {
    const fixture = await open();
    api.read.mockRejectedValue(problem(503, 'service_unavailable'));
    comeBack();
    await fixture.whenStable();
    expect(control(fixture, 'Zugriff erlauben')).toBeDefined();
  });

  it.each([
    ['unknown_client', 'https://maklerwelt.example/cb', 'Diese Anwendung kennen wir nicht'],
    ['invalid_redirect_uri', 'https://evil.example/cb', 'Wir haben diese Anfrage angehalten'],
    ['invalid_redirect_uri', null, 'Diese Anfrage ist fehlerhaft'],
  ])('%s stays on the page, with the redirect URI %s', async (code, redirectUri, words) => {
    const more = redirectUri ? `&redirectUri=${encodeURIComponent(redirectUri)}` : '';
    history.replaceState(null, '', `/oauth/authorize?clientId=maklerwelt-crm${more}`);
    api.read.mockRejectedValue(problem(400, code));
    const fixture = await open();
    expect(textOf(fixture)).toContain(words);
    expect(textOf(fixture)).toContain('Es wurde nichts freigegeben');
    expect(control(fixture, /^Zurück zu/)).toBeUndefined();
  });

  it.each(['invalid_request', 'unsupported_response_type', 'invalid_scope', 'invalid_target'])(
    '%s leads back to the application, with a link',
    async (code) => {
      const redirectTo = `https://maklerwelt.example/cb?error=${code}`;
      api.read.mockRejectedValue(problem(400, code, { redirectTo }));
      const fixture = await open();
      const link = control(fixture, 'Zurück zu maklerwelt.example');
      expect(link?.getAttribute('href')).toBe(redirectTo);
      expect(textOf(fixture)).toMatch(/Sie werden in \d+ Sekunden zurückgeleitet/);
    },
  );

  it('the way back can be stopped', async () => {
    api.read.mockRejectedValue(
      problem(400, 'invalid_scope', { redirectTo: 'https://maklerwelt.example/cb' }),
    );
    const fixture = await open();
    control(fixture, 'Hier bleiben')?.click();
    await shown(fixture, () => !textOf(fixture).includes('zurückgeleitet'));
    expect(leave).not.toHaveBeenCalled();
  });

  describe('with an existing connection', () => {
    const connected = (scope: string, asked = request.scope): AuthorizationRequest => ({
      ...request,
      scope: asked,
      scopes: asked.split(' '),
      existingConnection: {
        id: 'c1',
        scope,
        grantedAt: '2026-11-01T08:00:00.000Z',
        lastUsedAt: null,
        expiresAt: null,
      },
    });

    it('asks whether to connect again, and says what happens to it either way', async () => {
      api.read.mockResolvedValue(connected('readwrite'));
      const fixture = await open();
      expect(textOf(fixture)).toContain('Maklerwelt CRM erneut verbinden?');
      expect(textOf(fixture)).toContain('Bereits verbunden, zuletzt erlaubt vor');
      expect(textOf(fixture)).toContain('Die Anwendung darf danach dasselbe wie bisher.');
      expect(textOf(fixture)).toContain('Ablehnen lässt die bestehende Verbindung unverändert.');
      expect(textOf(fixture)).not.toContain('erhält die Anwendung nichts');
      control(fixture, 'Ablehnen')?.click();
      await shown(fixture, () => textOf(fixture).includes('Abgelehnt'));
      expect(textOf(fixture)).toContain('Die bestehende Verbindung bleibt unverändert.');
    });

    it('renews it with a button of that name', async () => {
      api.read.mockResolvedValue(connected('readwrite'));
      api.grant.mockResolvedValue({ code: 'c', expiresAt: '', redirectTo: 'https://x.example/cb' });
      const fixture = await open();
      expect(control(fixture, 'Zugriff erlauben')).toBeUndefined();
      control(fixture, 'Verbindung erneuern')?.click();
      await shown(fixture, () => textOf(fixture).includes('Verbindung erneuert'));
    });

    it('names what is new against it', async () => {
      api.read.mockResolvedValue(connected('read'));
      const fixture = await open();
      document.querySelector<HTMLInputElement>('#consent-view-only')?.click();
      await shown(fixture, () => textOf(fixture).includes('mehr als bisher.'));
      expect(textOf(fixture)).toContain('Flixchecks anlegen und ändern neu');
    });

    it('a connection that only views is not widened by the main button alone', async () => {
      api.read.mockResolvedValue(connected('read'));
      api.grant.mockResolvedValue({ code: 'c', expiresAt: '', redirectTo: 'https://x.example/cb' });
      const fixture = await open();
      expect(textOf(fixture)).toContain('Die Anwendung darf danach dasselbe wie bisher.');
      control(fixture, 'Verbindung erneuern')?.click();
      await shown(fixture, () => leave.mock.calls.length === 1);
      expect(api.grant.mock.calls.map(([, allowed]) => allowed.scope)).toEqual(['read']);
    });

    it('a connection that does more is not narrowed by the main button alone', async () => {
      api.read.mockResolvedValue(connected('readwrite'));
      api.grant.mockResolvedValue({ code: 'c', expiresAt: '', redirectTo: 'https://x.example/cb' });
      const fixture = await open();
      control(fixture, 'Verbindung erneuern')?.click();
      await shown(fixture, () => leave.mock.calls.length === 1);
      expect(api.grant.mock.calls.map(([, allowed]) => allowed.scope)).toEqual(['readwrite']);
    });

    it('names what it loses', async () => {
      api.read.mockResolvedValue(connected('readwrite', 'read'));
      const fixture = await open();
      expect(textOf(fixture)).toContain('Die Anwendung darf danach weniger als bisher.');
      expect(textOf(fixture)).toMatch(
        /Das darf die Anwendung dann nicht mehr ?Flixchecks anlegen und ändern/,
      );
    });
  });

  it('less can be allowed than is asked for, and that is what is granted', async () => {
    api.grant.mockResolvedValue({ code: 'c', expiresAt: '', redirectTo: 'https://x.example/cb' });
    const fixture = await open();
    const box = document.querySelector<HTMLInputElement>('#consent-view-only');
    box?.click();
    await shown(fixture, () => textOf(fixture).includes('nichts anlegen oder ändern'));
    const [may, mayNot] = textOf(fixture).split('Das darf die Anwendung nicht');
    expect(may).not.toContain('Flixchecks anlegen und ändern');
    expect(mayNot).toContain('Flixchecks anlegen und ändern');
    control(fixture, 'Zugriff erlauben')?.click();
    await shown(fixture, () => leave.mock.calls.length === 1);
    expect(api.grant.mock.calls).toEqual([[request, { scope: 'read', expiresAt: null }]]);
  });

  it('what asks only to read offers no less', async () => {
    api.read.mockResolvedValue({ ...request, scope: 'read', scopes: ['read'] });
    await open();
    expect(document.querySelector('#consent-view-only')).toBeNull();
  });

  it('a program on the same device is named as such, not by its address', async () => {
    api.read.mockResolvedValue({
      ...request,
      redirectUri: 'http://127.0.0.1:51234/cb',
      redirectHost: '127.0.0.1:51234',
    });
    const fixture = await open();
    expect(textOf(fixture)).toContain('Danach geht es zurück zu Maklerwelt CRM auf diesem Gerät');
    expect(textOf(fixture)).not.toContain('127.0.0.1');
    control(fixture, 'Ablehnen')?.click();
    await shown(fixture, () => textOf(fixture).includes('Abgelehnt'));
    expect(textOf(fixture)).toContain('zu Maklerwelt CRM auf diesem Gerät geleitet');
  });

  it('warns of a publisher that nobody has verified', async () => {
    api.read.mockResolvedValue({
      ...request,
      client: { ...request.client, publisherVerified: false },
    });
    const fixture = await open();
    expect(textOf(fixture)).toContain('Flixcheck hat Maklerwelt Software GmbH nicht geprüft');
  });

  it('another account: signs out and in again, to the same request', async () => {
    const fixture = await open();
    control(fixture, 'Anderes Konto verwenden')?.click();
    const router = TestBed.inject(Router);
    await shown(fixture, () => router.url.startsWith('/sign-in'));
    expect(session.signOut).toHaveBeenCalledTimes(1);
  });
});
