import { beforeEach, describe, expect, it, jest } from '@jest/globals';
import { ComponentFixture, TestBed } from '@angular/core/testing';
import { Router } from '@angular/router';
import { control, providePortal, shown, textOf } from '../../testing/portal-testing';
import { Api } from '../api/api';
import { errorFromAnswer } from '../api/problem';
import { SessionStore } from '../session/session-store';
import { ForgotPasswordPage } from './forgot-password-page';
import { ResetPasswordPage } from './reset-password-page';

const post = jest.fn<() => Promise<unknown>>();

/** What a page is called once it is of no more use, and has no form. */
const focusedHeading = (): string | null =>
  document.activeElement?.tagName === 'H1' ? document.activeElement.textContent : null;

beforeEach(() => {
  post.mockReset();
  document.body.replaceChildren();
  TestBed.configureTestingModule({
    providers: [
      ...providePortal(['recovery'], [{ path: '**', children: [] }]),
      { provide: Api, useValue: { post } },
      { provide: SessionStore, useValue: { forget: () => undefined } },
    ],
  });
});

async function open(
  page: typeof ForgotPasswordPage | typeof ResetPasswordPage,
  field: string,
): Promise<ComponentFixture<unknown>> {
  const fixture = TestBed.createComponent<unknown>(page);
  document.body.append(fixture.nativeElement as HTMLElement);
  await shown(fixture, () => document.querySelector(field));
  return fixture;
}

async function send(fixture: ComponentFixture<unknown>, name: string, value: string) {
  const field = document.querySelector<HTMLInputElement>(name);
  if (!field) throw new Error('no field');
  field.value = value;
  field.dispatchEvent(new Event('input', { bubbles: true }));
  await fixture.whenStable();
  const button = document.querySelector<HTMLElement>('form button[type=submit]');
  button?.focus();
  button?.click();
}

describe('asking for a link to set a new password', () => {
  it('puts the focus on the heading when the form has gone', async () => {
    post.mockResolvedValue(null);
    const fixture = await open(ForgotPasswordPage, '#email');
    await send(fixture, '#email', 'user@musterhaus.example');
    await shown(fixture, () => textOf(fixture).includes('user@musterhaus.example'));
    await shown(fixture, () => focusedHeading() === 'Passwort vergessen?');
    expect(control(fixture, 'Zur Anmeldung')).toBeDefined();
  });

  it('puts the focus on the address that the API has not taken for one', async () => {
    post.mockRejectedValue(
      errorFromAnswer(400, new Headers(), { code: 'validation_failed', errors: [] }),
    );
    const fixture = await open(ForgotPasswordPage, '#email');
    await send(fixture, '#email', 'user@musterhaus');
    await shown(fixture, () => document.activeElement?.id === 'email');
    expect(document.activeElement?.getAttribute('aria-invalid')).toBe('true');
  });
});

describe('setting a new password', () => {
  const useLink = async () => {
    await TestBed.inject(Router).navigateByUrl('/reset-password#token');
    return open(ResetPasswordPage, '#new-password');
  };

  it('puts the focus on the heading when it is done', async () => {
    post.mockResolvedValue(null);
    const fixture = await useLink();
    await send(fixture, '#new-password', 'sieben-lila-regenschirme');
    await shown(fixture, () => textOf(fixture).includes('Zur Anmeldung'));
    await shown(fixture, focusedHeading);
    expect(document.querySelector('form')).toBeNull();
  });

  const useless = () =>
    errorFromAnswer(400, new Headers(), {
      code: 'validation_failed',
      errors: [{ field: 'token', code: 'link_invalid', message: '' }],
    });

  it('says at once that the link is of no use, with the focus on the heading and the way on', async () => {
    let refuse: () => void = () => undefined;
    post.mockReturnValue(new Promise((_, reject) => (refuse = () => reject(useless()))));
    await TestBed.inject(Router).navigateByUrl('/reset-password#token');
    const fixture = await open(ResetPasswordPage, '[aria-busy=true]');
    refuse();
    await shown(fixture, () => focusedHeading() === 'Dieser Link gilt nicht mehr');
    expect(control(fixture, 'Neuen Link anfordern')).toBeDefined();
    expect(document.querySelector('form')).toBeNull();
    expect(post).toHaveBeenCalledTimes(1);
  });

  it('has its form also where nobody knows whether the link is good', async () => {
    post.mockRejectedValue(errorFromAnswer(503, new Headers(), { code: 'service_unavailable' }));
    await useLink();
    expect(document.querySelector('form')).not.toBeNull();
  });

  it('puts the focus on the heading when the link turns out to be of no use', async () => {
    post.mockResolvedValueOnce({ resource: {} }).mockRejectedValue(useless());
    const fixture = await useLink();
    await send(fixture, '#new-password', 'sieben-lila-regenschirme');
    await shown(fixture, () => control(fixture, /Link/));
    await shown(fixture, focusedHeading);
    expect(document.querySelector('form')).toBeNull();
  });

  it('says after a reload, which forgets the link, that it can be opened once more', async () => {
    await TestBed.inject(Router).navigateByUrl('/reset-password');
    const fixture = TestBed.createComponent(ResetPasswordPage);
    await shown(fixture, () => textOf(fixture).includes('in der E-Mail noch einmal'));
    expect(textOf(fixture)).not.toContain('gilt nicht mehr');
    expect(document.querySelector('form')).toBeNull();
  });
});
