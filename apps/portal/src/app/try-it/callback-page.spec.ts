import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { ComponentFixture, TestBed } from '@angular/core/testing';
import { providePortal, textOf } from '../../testing/portal-testing';
import { CALLBACK_PATH, Taken } from './callback';
import { CallbackPage } from './callback-page';

const HANDED = 'Die Antwort wird an den Tab übergeben';
const TAKEN = 'Die Antwort ist im anderen Tab angekommen.';
const LOST = 'Kein offener Tab wartet auf diese Antwort.';

/** What the page has opened of the channel. */
let channel: { onmessage: (event: { data: Taken }) => void; postMessage: jest.Mock };
let fixture: ComponentFixture<CallbackPage>;

async function said(): Promise<string> {
  await jest.advanceTimersByTimeAsync(100);
  return textOf(fixture);
}
const answer = (taken: string) => channel.onmessage({ data: { taken } });

const before = globalThis.BroadcastChannel;
beforeEach(() => {
  globalThis.BroadcastChannel = function () {
    channel = { onmessage: () => undefined, postMessage: jest.fn() };
    return Object.assign(channel, { close: () => undefined });
  } as never;
  jest.useFakeTimers();
  history.replaceState(null, '', `${CALLBACK_PATH}?code=c&state=mine`);
  TestBed.configureTestingModule({ providers: providePortal(['try']) });
  fixture = TestBed.createComponent(CallbackPage);
});
afterEach(() => {
  jest.useRealTimers();
  globalThis.BroadcastChannel = before;
});

describe('the tab that comes back from the authorize page', () => {
  it('hands over what it was called with, and keeps it out of its address', async () => {
    expect(await said()).toContain(HANDED);
    expect(channel.postMessage).toHaveBeenCalledWith('?code=c&state=mine');
    expect(location.search).toBe('');
  });

  it('says that the answer has arrived where the tab of its own link says so', async () => {
    answer('of-another-run');
    expect(await said()).toContain(HANDED);
    answer('mine');
    expect(await said()).toContain(TAKEN);
    await jest.advanceTimersByTimeAsync(5000);
    expect(await said()).toContain(TAKEN);
  });

  it('says what to do where no tab has answered for two seconds', async () => {
    await jest.advanceTimersByTimeAsync(1500);
    expect(await said()).toContain(HANDED);
    await jest.advanceTimersByTimeAsync(500);
    expect(await said()).toContain(LOST);
  });
});
