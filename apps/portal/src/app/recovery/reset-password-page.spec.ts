import { beforeEach, describe, expect, it, jest } from '@jest/globals';
import { TestBed } from '@angular/core/testing';
import { Router } from '@angular/router';
import { RouterTestingHarness } from '@angular/router/testing';
import { control, providePortal, shown, textOf } from '../../testing/portal-testing';
import { Api } from '../api/api';
import { SessionStore } from '../session/session-store';
import { NotMePage } from './not-me-page';
import { ResetPasswordPage } from './reset-password-page';

const post = jest.fn<(path: string) => Promise<unknown>>();

beforeEach(() => {
  post.mockReset();
  post.mockResolvedValue({ resource: { token: 'of-the-disavowal' } });
  TestBed.configureTestingModule({
    providers: [
      ...providePortal(
        ['recovery'],
        [
          { path: 'not-me', component: NotMePage },
          { path: 'reset-password', component: ResetPasswordPage },
        ],
      ),
      { provide: Api, useValue: { post } },
      { provide: SessionStore, useValue: { forget: () => undefined } },
    ],
  });
});

async function setPassword(harness: RouterTestingHarness): Promise<string> {
  const { fixture } = harness;
  const host = fixture.nativeElement as HTMLElement;
  const field = await shown(fixture, () => host.querySelector<HTMLInputElement>('#new-password'));
  field.value = 'sieben-lila-regenschirme';
  field.dispatchEvent(new Event('input', { bubbles: true }));
  (await shown(fixture, () => control(fixture, 'Passwort setzen'))).click();
  await shown(fixture, () => control(fixture, 'Zur Anmeldung'));
  return textOf(fixture);
}

describe('what becomes of the connections', () => {
  it('is said after a password that was forgotten: they remain', async () => {
    const harness = await RouterTestingHarness.create('/reset-password#from-the-mail');
    const said = await setPassword(harness);
    expect(said).toContain('Ihre Verbindungen bleiben bestehen.');
    expect(said).not.toContain('beendet');
  });

  it('is said after a sign-in that was not the reader’s: the new ones have ended', async () => {
    const harness = await RouterTestingHarness.create('/not-me#from-the-mail');
    const end = 'Alle abmelden und neues Passwort setzen';
    (await shown(harness.fixture, () => control(harness.fixture, end))).click();
    const said = await setPassword(harness);
    expect(TestBed.inject(Router).url).toContain('/reset-password');
    expect(said).toContain('die seit der fremden Anmeldung entstanden sind, wurden beendet');
    expect(said).not.toContain('Ihre Verbindungen bleiben bestehen.');
  });
});
