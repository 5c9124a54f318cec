import { expect, it } from '@jest/globals';
import { TestBed } from '@angular/core/testing';
import { control, providePortal, shown, textOf } from '../../testing/portal-testing';
import { Api } from '../api/api';
import { SessionStore } from '../session/session-store';
import { EmailForm } from './email-form';

const FROM = 'Flixcheck <connect@flixcheck.example>';

it('whoever asks for another address is told whom the mail comes from', async () => {
  const session = { user: () => ({ email: 'user@musterhaus.example' }) };
  const api = {
    post: () => Promise.resolve(null),
    get: () => Promise.resolve({ resource: { from: FROM, mailbox: true } }),
  };
  TestBed.configureTestingModule({
    providers: [
      ...providePortal(['security', 'settings']),
      { provide: Api, useValue: api },
      { provide: SessionStore, useValue: session },
    ],
  });
  const fixture = TestBed.createComponent(EmailForm);
  const host = fixture.nativeElement as HTMLElement;
  document.body.append(host);
  (await shown(fixture, () => control(fixture, 'Adresse ändern'))).click();
  const type = async (id: string, text: string) => {
    const field = await shown(fixture, () => host.querySelector<HTMLInputElement>(`#${id}`));
    field.value = text;
    field.dispatchEvent(new Event('input', { bubbles: true }));
  };
  await type('new-email', 'neu@musterhaus.example');
  await type('email-change-password', 'geheim');
  await fixture.whenStable();
  host.querySelector<HTMLElement>('button[type=submit]')?.click();
  await shown(fixture, () => textOf(fixture).includes(`Die E-Mail kommt von ${FROM}.`));
  expect(control(fixture, 'E-Mails der Demo ansehen')?.getAttribute('href')).toBe('/demo/mail');
  host.remove();
});
