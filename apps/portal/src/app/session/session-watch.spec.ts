import { beforeEach, describe, expect, it, jest } from '@jest/globals';
import { Component, signal } from '@angular/core';
import { TestBed } from '@angular/core/testing';
import { providePortal } from '../../testing/portal-testing';
import { Api } from '../api/api';
import { errorFromAnswer } from '../api/problem';
import { SessionExpiry } from './session-expiry';
import { SessionStore } from './session-store';
import { ANOTHER_PERSON, FreshStart, watchSession } from './session-watch';
import { SIGNED_IN_BEFORE, SignedInBefore } from './signed-in-before';

@Component({ template: '' })
class Settings {
  constructor() {
    watchSession('settings');
  }
}

const get = jest.fn<() => Promise<unknown>>();
const begin = jest.fn<FreshStart['begin']>();
const keep = jest.fn<FreshStart['keep']>();
const signInAgain = jest.fn();
const shown = signal<{ id: string } | null>(null);

const session = (id: string) => ({ resource: { user: { id } } });
const nobody = () => errorFromAnswer(401, new Headers(), { code: 'session_required' });
const told = (key = SIGNED_IN_BEFORE) => window.dispatchEvent(new StorageEvent('storage', { key }));
const settled = () => new Promise((resolve) => setTimeout(resolve));

beforeEach(() => {
  [get, begin, keep, signInAgain].forEach((mock) => mock.mockReset());
  keep.mockReturnValue(null);
  shown.set({ id: 'anna' });
  TestBed.configureTestingModule({
    providers: [
      ...providePortal([]),
      { provide: Api, useValue: { get } },
      { provide: FreshStart, useValue: { begin, keep } },
      { provide: SessionStore, useValue: { user: shown } },
      { provide: SessionExpiry, useValue: { current: () => 1, signInAgain } },
    ],
  });
  TestBed.inject(SignedInBefore).set('yes');
  TestBed.createComponent(Settings);
});

describe('a tab of somebody who is not signed in any more', () => {
  it('begins anew for whoever has signed in with another tab', async () => {
    get.mockResolvedValue(session('bernd'));
    told();
    await settled();
    expect(begin.mock.calls).toEqual([['settings', { reason: ANOTHER_PERSON }]]);
  });

  it.each([
    ['its window is chosen', () => window.dispatchEvent(new Event('focus'))],
    ['it is seen again', () => document.dispatchEvent(new Event('visibilitychange'))],
  ])('notices it without a word of the other tab, when %s', async (_when, comeBack) => {
    get.mockResolvedValue(session('bernd'));
    comeBack();
    await settled();
    expect(begin).toHaveBeenCalledTimes(1);
  });

  it('says that another tab has signed out, or else that the session has ended', async () => {
    get.mockRejectedValue(nobody());
    told();
    await settled();
    // Another tab may have learned that before this one.
    TestBed.inject(SignedInBefore).set(null);
    told();
    await settled();
    expect(signInAgain).toHaveBeenCalledTimes(2);
    expect(begin).not.toHaveBeenCalled();

    TestBed.inject(SignedInBefore).set('no');
    told();
    await settled();
    expect(begin.mock.calls).toEqual([['sign-in', { reason: 'signed-out-elsewhere' }]]);
  });

  it('leads back to what was being typed when another tab has signed out', async () => {
    get.mockRejectedValue(nobody());
    keep.mockReturnValue('/settings/team/invite');
    TestBed.inject(SignedInBefore).set('no');
    told();
    await settled();
    expect(begin.mock.calls[0]?.[0]).toBe('sign-in?returnTo=%2Fsettings%2Fteam%2Finvite');
  });

  it('asks once more where another tab has reported a change meanwhile', async () => {
    get.mockResolvedValueOnce(session('anna')).mockResolvedValueOnce(session('bernd'));
    told();
    told();
    await settled();
    expect(get).toHaveBeenCalledTimes(2);
    expect(begin).toHaveBeenCalledTimes(1);
  });
});

describe('a tab', () => {
  it('stays as it is for the same person, in a new session too', async () => {
    get.mockResolvedValue(session('anna'));
    told();
    await settled();
    expect([get.mock.calls.length, begin.mock.calls.length]).toEqual([1, 0]);
  });

  it('stays as it is when the API does not answer', async () => {
    get.mockRejectedValue(errorFromAnswer(503, new Headers(), { code: 'service_unavailable' }));
    told();
    await settled();
    expect([begin.mock.calls.length, signInAgain.mock.calls.length]).toEqual([0, 0]);
  });

  it('that has changed who is signed in by itself goes on', async () => {
    get.mockImplementation(() => {
      shown.set({ id: 'bernd' });
      return Promise.resolve(session('bernd'));
    });
    told();
    await settled();
    expect(begin).not.toHaveBeenCalled();
  });

  it('asks nothing for other things that are stored, and nothing once it is gone', async () => {
    told('flixcheck.theme');
    TestBed.resetTestingModule();
    told();
    await settled();
    expect(get).not.toHaveBeenCalled();
  });
});
