import { beforeEach, describe, expect, it, jest } from '@jest/globals';
import { MatDialog } from '@angular/material/dialog';
import { TestBed } from '@angular/core/testing';
import { of } from 'rxjs';
import { providePortal } from '../../testing/portal-testing';
import { Dialogs } from './dialogs';

const opened = jest.fn((_component: unknown, { data }: { data?: unknown }) => ({
  afterClosed: () => of(data),
}));
const load = () => Promise.resolve(class Question {});

let dialogs: Dialogs;

beforeEach(() => {
  opened.mockClear();
  TestBed.configureTestingModule({
    providers: [...providePortal([]), { provide: MatDialog, useValue: { open: opened } }],
  });
  dialogs = TestBed.inject(Dialogs);
});

describe('a dialog for which the API is asked first', () => {
  it('opens once, however often it is asked for meanwhile', async () => {
    let answer = (_config: { data: string }): void => undefined;
    const ask = jest.fn(() => new Promise<{ data: string }>((resolve) => (answer = resolve)));
    const first = dialogs.open(load, ask);
    expect(await dialogs.open(load, ask)).toBeUndefined();
    answer({ data: 'of this moment' });
    expect(await first).toBe('of this moment');
    expect([ask.mock.calls.length, opened.mock.calls.length]).toEqual([1, 1]);
  });

  it('keeps no other one from opening meanwhile, and opens again after a failure', async () => {
    let fail = (_cause: Error): void => undefined;
    const first = dialogs.open(
      load,
      () => new Promise<object>((_resolve, reject) => (fail = reject)),
    );
    expect(await dialogs.open(load, { data: 'leave?' })).toBe('leave?');
    fail(new Error('no answer'));
    await expect(first).rejects.toThrow('no answer');
    expect(await dialogs.open(load, () => Promise.resolve({ data: 'again' }))).toBe('again');
  });
});
