import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { ComponentFixture, TestBed } from '@angular/core/testing';
import { providePortal, shown, textOf } from '../../testing/portal-testing';
import { Api } from '../api/api';
import { errorFromAnswer } from '../api/problem';
import { SessionStore } from '../session/session-store';
import { IdentityProof } from './identity-proof';

let fixture: ComponentFixture<IdentityProof>;

async function show(inputs: Record<string, unknown>): Promise<IdentityProof> {
  fixture = TestBed.createComponent(IdentityProof);
  for (const [name, value] of Object.entries({ name: 'proof', ...inputs })) {
    fixture.componentRef.setInput(name, value);
  }
  document.body.append(fixture.nativeElement as HTMLElement);
  await shown(fixture, () => field('password') ?? field('code'));
  return fixture.componentInstance;
}

const field = (name: string) => document.querySelector<HTMLInputElement>(`#proof-${name}`);

function type(name: string, text: string): void {
  field(name)!.value = text;
  field(name)!.dispatchEvent(new Event('input'));
}

const refused = (...errors: { field: string; code: string }[]) =>
  errorFromAnswer(400, new Headers(), { code: 'validation_failed', errors });

beforeEach(() => {
  const session = { user: () => ({ email: 'user@musterhaus.example' }) };
  TestBed.configureTestingModule({
    providers: [...providePortal(['security']), { provide: SessionStore, useValue: session }],
  });
});

afterEach(() => (fixture.nativeElement as HTMLElement).remove());

describe('the proof of somebody without a password', () => {
  it('is the passkey alone, which sending the form asks for', async () => {
    const post = jest.fn<(...call: unknown[]) => Promise<never>>();
    post.mockRejectedValue(new Error('none here'));
    TestBed.overrideProvider(SessionStore, {
      useValue: { user: () => ({ passwordMissing: true }) },
    });
    TestBed.overrideProvider(Api, { useValue: { post, get: () => new Promise(() => undefined) } });
    fixture = TestBed.createComponent(IdentityProof);
    fixture.componentRef.setInput('name', 'proof');
    fixture.componentRef.setInput('code', 'if-asked');
    await fixture.whenStable();
    const proof = fixture.componentInstance;
    expect(field('password')).toBeNull();
    await shown(fixture, () => textOf(fixture).includes('mit Ihrem Passkey'));
    expect([proof.value(), proof.check()]).toEqual([{}, false]);
    expect(post).toHaveBeenCalledWith(
      '/user/v7/sessions/current/proofs/challenges',
      undefined,
      expect.anything(),
    );
    await shown(fixture, () => textOf(fixture).includes('Bitte versuchen Sie es noch einmal.'));
  });
});

describe('the proof that it is them', () => {
  it('names its code as people and programs look for it, without white space around', async () => {
    await show({ password: false, code: 'app' });
    expect(document.querySelector('label')?.textContent).toBe('Code aus der App');
  });

  it('asks for a code once the API has', async () => {
    const proof = await show({ code: 'if-asked' });
    type('password', 'geheim');
    expect(proof.check()).toBe(true);
    expect(proof.value()).toEqual({ currentPassword: 'geheim' });

    expect(proof.refuse(refused({ field: 'code', code: 'required' }))).toBe(true);
    proof.focus();
    await shown(fixture, () => field('code') === document.activeElement);
    expect(textOf(fixture)).toContain('Bitte geben Sie auch den Code aus Ihrer App ein.');
    type('code', ' 123456 ');
    expect(proof.value()).toEqual({ currentPassword: 'geheim', code: '123456' });
  });

  it('complains of all that is missing, and leads to the first of it', async () => {
    const proof = await show({ code: 'any' });
    expect(proof.check()).toBe(false);
    proof.focus();
    await shown(fixture, () => field('password') === document.activeElement);
    expect(field('password')?.getAttribute('aria-invalid')).toBe('true');
    expect(field('code')?.getAttribute('aria-invalid')).toBe('true');
  });

  it('leads to the code where only the code was wrong', async () => {
    const proof = await show({ code: 'any' });
    expect(proof.refuse(refused({ field: 'code', code: 'wrong_code' }))).toBe(true);
    proof.focus();
    await shown(fixture, () => field('code') === document.activeElement);
    expect(field('code')?.getAttribute('aria-describedby')).toBe('proof-code-error');
  });

  it('leaves to its form what is not about it', async () => {
    const proof = await show({ password: false, code: 'app' });
    expect(proof.refuse(refused({ field: 'name', code: 'max_length' }))).toBe(false);
    expect(Object.keys(proof.value())).toEqual(['code']);
  });
});
