import { beforeEach, describe, expect, it, jest } from '@jest/globals';
import { Component, signal } from '@angular/core';
import { ComponentFixture, TestBed } from '@angular/core/testing';
import { Router } from '@angular/router';
import { control, providePortal, shown, textOf } from '../../testing/portal-testing';
import { Api } from '../api/api';
import { errorFromAnswer } from '../api/problem';
import { Session } from '../api/types';
import { SessionStore } from '../session/session-store';
import { SignIn } from '../session/sign-in';
import { SignInPage } from './sign-in-page';

@Component({ template: '' })
class Elsewhere {}

const get = jest.fn<(path: string) => Promise<unknown>>();
const signIn = jest.fn<(email: string, password: string) => Promise<void>>();
const signOut = jest.fn<() => Promise<void>>();
const session = signal<Session | null>(null);
const returnTo = '/oauth/authorize?clientId=maklerwelt-crm&state=a+b%2Fc';

async function open(to?: string): Promise<ComponentFixture<SignInPage>> {
  const fixture = TestBed.createComponent(SignInPage);
  if (to) fixture.componentRef.setInput('returnTo', to);
  await shown(fixture, () => control(fixture, 'Anmelden'));
  return fixture;
}

function fill(fixture: ComponentFixture<SignInPage>, id: string, value: string): void {
  const field = (fixture.nativeElement as HTMLElement).querySelector<HTMLInputElement>(`#${id}`);
  if (!field) throw new Error(`no field ${id}`);
  field.value = value;
  field.dispatchEvent(new Event('input', { bubbles: true }));
}

function send(fixture: ComponentFixture<SignInPage>): void {
  control(fixture, /Anmelden|Neuer Versuch/)?.click();
}

async function tryToSignIn(fixture: ComponentFixture<SignInPage>): Promise<void> {
  fill(fixture, 'email', ' user@musterhaus.example ');
  fill(fixture, 'password', 'secret');
  await fixture.whenStable();
  send(fixture);
}

function problem(status: number, code: string, more: object = {}) {
  return errorFromAnswer(status, new Headers(), { code, ...more });
}

beforeEach(() => {
  jest.resetAllMocks();
  get.mockResolvedValue({
    resource: {
      clientId: 'maklerwelt-crm',
      name: 'Maklerwelt CRM',
      publisher: 'Maklerwelt Software GmbH',
      logoUri: null,
      homepageUri: null,
    },
  });
  signIn.mockResolvedValue();
  session.set(null);
  TestBed.configureTestingModule({
    providers: [
      ...providePortal(['sign-in'], [{ path: '**', component: Elsewhere }]),
      { provide: Api, useValue: { get } },
      { provide: SessionStore, useValue: { signOut, session } },
      { provide: SignIn, useValue: { byPassword: signIn } },
    ],
  });
});

describe('the sign-in page', () => {
  it('says for which application and publisher it is', async () => {
    const fixture = await open(returnTo);
    await shown(fixture, () => textOf(fixture).includes('Maklerwelt CRM bittet um Zugriff'));
    expect(textOf(fixture)).toContain('Maklerwelt Software GmbH');
    expect(get.mock.calls[0]?.[0]).toBe('/guest/v7/oauth-clients/maklerwelt-crm');
  });

  it('works without naming an application that is not known', async () => {
    get.mockRejectedValue(problem(404, 'not_found'));
    const fixture = await open(returnTo);
    expect(textOf(fixture)).not.toContain('bittet um Zugriff');
  });

  it('returns to the identical address', async () => {
    const fixture = await open(returnTo);
    await tryToSignIn(fixture);
    const router = TestBed.inject(Router);
    await shown(fixture, () => router.url === returnTo);
    expect(signIn.mock.calls).toEqual([['user@musterhaus.example', 'secret']]);
  });

  it('never returns to another site', async () => {
    const fixture = await open('//evil.example/');
    await tryToSignIn(fixture);
    await shown(fixture, () => signIn.mock.calls.length === 1);
    await fixture.whenStable();
    expect(TestBed.inject(Router).url).toBe('/');
  });

  it('asks for what is missing, and sends nothing', async () => {
    const fixture = await open();
    send(fixture);
    await shown(fixture, () =>
      textOf(fixture).includes('Bitte geben Sie Ihre E-Mail-Adresse ein.'),
    );
    expect(textOf(fixture)).toContain('Bitte geben Sie Ihr Passwort ein.');
    expect(signIn).not.toHaveBeenCalled();
  });

  it('does not say which of address and password is wrong', async () => {
    signIn.mockRejectedValue(problem(401, 'invalid_credentials'));
    const fixture = await open();
    await tryToSignIn(fixture);
    await shown(fixture, () =>
      textOf(fixture).includes('E-Mail-Adresse oder Passwort stimmt nicht.'),
    );
  });

  it('says how long to wait after too many attempts, and does not send before', async () => {
    signIn.mockRejectedValue(problem(429, 'too_many_attempts', { retryAfterSeconds: 125 }));
    const fixture = await open();
    await tryToSignIn(fixture);
    await shown(fixture, () => textOf(fixture).includes('Neuer Versuch in 2:0'));
    send(fixture);
    await fixture.whenStable();
    expect(signIn).toHaveBeenCalledTimes(1);
    fixture.destroy();
  });

  it('helps password managers', async () => {
    const host = (await open()).nativeElement as HTMLElement;
    expect(host.querySelector('#email')?.getAttribute('autocomplete')).toBe('username webauthn');
    expect(host.querySelector('#password')?.getAttribute('autocomplete')).toBe('current-password');
  });

  describe('for somebody who is signed in', () => {
    beforeEach(() => {
      session.set({
        id: 's1',
        user: {
          id: 'u1',
          email: 'user@musterhaus.example',
          firstName: 'Jonas',
          lastName: 'Feld',
          role: 'member',
          locale: 'de',
        },
        account: { id: 'a1', name: 'Musterhaus GmbH' },
      } as Session);
      signOut.mockImplementation(async () => session.set(null));
    });

    async function openSignedIn(to?: string): Promise<ComponentFixture<SignInPage>> {
      const fixture = TestBed.createComponent(SignInPage);
      if (to) fixture.componentRef.setInput('returnTo', to);
      await shown(fixture, () => control(fixture, 'Anderes Konto verwenden'));
      return fixture;
    }

    it('says who that is, and leads on to where they wanted to go', async () => {
      const fixture = await openSignedIn(returnTo);
      expect(textOf(fixture)).toContain('Jonas Feld');
      expect(textOf(fixture)).toContain('user@musterhaus.example');
      expect(control(fixture, 'Anmelden')).toBeUndefined();
      control(fixture, 'Weiter')?.click();
      const router = TestBed.inject(Router);
      await shown(fixture, () => router.url === returnTo);
    });

    it('asks somebody else to sign in after signing out', async () => {
      const fixture = await openSignedIn();
      control(fixture, 'Anderes Konto verwenden')?.click();
      await shown(fixture, () => control(fixture, 'Anmelden'));
      expect(signOut).toHaveBeenCalledTimes(1);
    });

    it('says when signing out has failed', async () => {
      signOut.mockRejectedValue(problem(503, 'service_unavailable'));
      const fixture = await openSignedIn();
      control(fixture, 'Anderes Konto verwenden')?.click();
      await shown(fixture, () => textOf(fixture).includes('Der Wechsel des Kontos'));
      expect(textOf(fixture)).toContain('Jonas Feld');
    });
  });
});
