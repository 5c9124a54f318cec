import { beforeEach, describe, expect, it, jest } from '@jest/globals';
import { Type } from '@angular/core';
import { TestBed } from '@angular/core/testing';
import { control, providePortal, shown, textOf } from '../../testing/portal-testing';
import { Api } from '../api/api';
import { SessionStore } from '../session/session-store';
import { Confirmation } from '../ui/confirmation';
import { Passkeys } from './passkeys';
import { PasswordForm } from './password-form';

const PASSKEY = {
  id: '1',
  name: 'Diensthandy',
  synced: false,
  createdAt: '2026-11-03T08:30:00.000Z',
  lastUsedAt: null,
};
const post = jest.fn<(path: string, body?: unknown) => Promise<unknown>>();
const ask = jest.fn<() => Promise<boolean>>();
const update = jest.fn();

beforeEach(() => {
  for (const mock of [post, ask, update]) mock.mockReset();
  post.mockResolvedValue({ resource: { level: 4, weakness: null } });
  const session = { user: () => ({ email: 'pia@neuhaus.example', passwordMissing: true }), update };
  const get = () => Promise.resolve({ resource: { passkeys: [PASSKEY] } });
  TestBed.configureTestingModule({
    providers: [
      ...providePortal(['security']),
      { provide: Api, useValue: { get, post } },
      { provide: Confirmation, useValue: { ask } },
      { provide: SessionStore, useValue: session },
    ],
  });
});

function show<T>(component: Type<T>) {
  const fixture = TestBed.createComponent(component);
  document.body.replaceChildren(fixture.nativeElement as HTMLElement);
  return fixture;
}

describe('somebody who has joined with a passkey', () => {
  it('sets a password without one before', async () => {
    const fixture = show(PasswordForm);
    const send = await shown(fixture, () => control(fixture, 'Passwort setzen'));
    expect(document.querySelector('#current-password')).toBeNull();
    const field = document.querySelector<HTMLInputElement>('#new-password')!;
    field.value = 'sieben-lila-regenschirme';
    field.dispatchEvent(new Event('input', { bubbles: true }));
    send.click();
    await shown(fixture, () => textOf(fixture).includes('Ihr Passwort ist gesetzt.'));
    expect(post).toHaveBeenCalledWith('/user/v7/users/me/password', {
      resource: { newPassword: 'sieben-lila-regenschirme', revokeConnections: false },
    });
    expect(update).toHaveBeenCalledWith({ passwordMissing: undefined });
  });

  it('is told what to do before the only passkey goes', async () => {
    const fixture = show(Passkeys);
    (await shown(fixture, () => control(fixture, 'Entfernen: Diensthandy'))).click();
    await shown(fixture, () => textOf(fixture).includes('Setzen Sie zuerst ein Passwort'));
    expect(ask).not.toHaveBeenCalled();
  });
});
