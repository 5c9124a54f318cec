import { TestBed } from '@angular/core/testing';
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { Api } from '../api/api';
import { StrengthOfPassword } from './password-strength';

const api = {
  post: jest.fn<(path: string, body: unknown, options: unknown) => Promise<unknown>>(),
};
let meter: StrengthOfPassword;

beforeEach(() => {
  jest.useFakeTimers();
  api.post.mockReset();
  TestBed.configureTestingModule({
    providers: [StrengthOfPassword, { provide: Api, useValue: api }],
  });
  meter = TestBed.inject(StrengthOfPassword);
});
afterEach(() => {
  jest.useRealTimers();
});

const judged = (level: number, weakness: string | null = null) =>
  Promise.resolve({ resource: { level, weakness } });

describe('the strength of a password', () => {
  it.each([
    ['kurz', 8],
    ['elfzeichen-', 1],
    ['äöüäöüäöüäö', 1],
    ['🔑🔑🔑🔑🔑🔑', 6],
    ['ü'.normalize('NFD').repeat(11), 1],
  ])('counts characters, not bytes, up to the minimum, and asks nobody: “%s”', (typed, missing) => {
    meter.typed(typed);
    jest.runAllTimers();
    expect(meter.strength()).toEqual({ level: 0, weakness: 'too_short', missing });
    expect(api.post).not.toHaveBeenCalled();
  });

  it('is what the API says, asked once there is a pause in typing', async () => {
    api.post.mockReturnValue(judged(3));
    for (const typed of ['drei-blaue-e', 'drei-blaue-ele', 'drei-blaue-elefanten']) {
      meter.typed(typed);
      expect(meter.strength()).toMatchObject({ level: null });
    }
    await jest.runAllTimersAsync();
    expect(api.post).toHaveBeenCalledTimes(1);
    expect(api.post).toHaveBeenCalledWith(
      '/user/v7/users/me/password-strength',
      { resource: { password: 'drei-blaue-elefanten' } },
      { onSessionEnd: 'tell' },
    );
    expect(meter.strength()).toEqual({ level: 3, weakness: null, missing: 0 });
  });

  it('is never that of a password which stood there before', async () => {
    let answer: (value: unknown) => void = () => undefined;
    api.post.mockReturnValueOnce(new Promise((resolve) => (answer = resolve)));
    meter.typed('drei-blaue-elefanten');
    await jest.runAllTimersAsync();
    meter.typed('kurz');
    answer({ resource: { level: 4, weakness: null } });
    await jest.runAllTimersAsync();
    expect(meter.strength()).toMatchObject({ level: 0, missing: 8 });
  });

  it('is not known where the API does not answer', async () => {
    api.post.mockRejectedValue(new Error('away'));
    meter.typed('drei-blaue-elefanten');
    await jest.runAllTimersAsync();
    expect(meter.strength()).toEqual({ level: null, weakness: null, missing: 0 });
  });

  it('is none of an empty field', () => {
    meter.typed('kurz');
    meter.typed('');
    expect(meter.strength()).toBeNull();
  });

  it('is 0 for one that is too long as it is stored', () => {
    meter.typed('\ufdfa'.repeat(12));
    expect(meter.strength()).toMatchObject({ level: 0, weakness: 'too_long' });
  });
});
