import { beforeEach, describe, expect, it, jest } from '@jest/globals';
import { ComponentFixture, TestBed } from '@angular/core/testing';
import { providePortal, shown } from '../../testing/portal-testing';
import { Api } from '../api/api';
import { unreachableError } from '../api/problem';
import { Session } from '../api/types';
import { Appearance } from '../security/appearance';
import { SessionStore } from '../session/session-store';
import { Messages } from './messages';
import { AccountMenu } from '../shell/account-menu';

const patch = jest.fn<(path: string, body: unknown) => Promise<unknown>>();
const show = jest.fn<(text: string) => void>();
const update = jest.fn<(changed: object) => void>();

const session = {
  user: { firstName: 'User', lastName: 'Musterhaus', email: 'user@musterhaus.example' },
  account: { name: 'Musterhaus' },
} as Session;

beforeEach(() => {
  jest.resetAllMocks();
  TestBed.configureTestingModule({
    providers: [
      ...providePortal(['settings', 'security']),
      { provide: Api, useValue: { patch } },
      { provide: Messages, useValue: { show } },
      { provide: SessionStore, useValue: { update } },
    ],
  });
});

function openMenu(): ComponentFixture<unknown> {
  const fixture = TestBed.createComponent(AccountMenu);
  fixture.componentRef.setInput('session', session);
  return fixture;
}

async function chooseEnglish(fixture: ComponentFixture<unknown>): Promise<void> {
  const host = fixture.nativeElement as HTMLElement;
  const english = await shown(fixture, () => host.querySelector<HTMLElement>('input[value=en]'));
  english.click();
  await fixture.whenStable();
}

describe.each([
  ['the account menu', openMenu],
  ['the security page', (): ComponentFixture<unknown> => TestBed.createComponent(Appearance)],
])('the language that is chosen in %s', (_, open) => {
  it('holds at once and is kept with the user', async () => {
    patch.mockResolvedValue({});
    await chooseEnglish(open());
    expect(document.documentElement.lang).toBe('en');
    expect(patch).toHaveBeenCalledWith('/user/v7/users/me', { resource: { locale: 'en' } });
    expect(update).toHaveBeenCalledWith({ locale: 'en' });
    expect(show).not.toHaveBeenCalled();
  });

  it('that could not be kept with the user still holds, and the reader is told', async () => {
    patch.mockRejectedValue(unreachableError());
    await chooseEnglish(open());
    expect(document.documentElement.lang).toBe('en');
    expect(update).not.toHaveBeenCalled();
    expect(show).toHaveBeenCalledTimes(1);
  });
});
