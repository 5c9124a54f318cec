import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { TestBed } from '@angular/core/testing';
import { ConnectionChanges } from './connection-changes';

/** The part of EventSource that the page uses; a test speaks as the server. */
class FakeStream extends EventTarget {
  static opened: FakeStream[] = [];
  readyState = 0;
  constructor(readonly url: string) {
    super();
    FakeStream.opened.push(this);
  }
  open(): void {
    this.readyState = 1;
    this.dispatchEvent(new Event('open'));
  }
  close(): void {
    this.readyState = 2;
  }
}

const globals = globalThis as { EventSource?: unknown };

function current(): FakeStream {
  const stream = FakeStream.opened.at(-1);
  if (!stream) throw new Error('no stream was opened');
  return stream;
}

let changes: ConnectionChanges;

beforeEach(() => {
  FakeStream.opened = [];
  globals.EventSource = FakeStream;
  TestBed.configureTestingModule({ providers: [ConnectionChanges] });
  changes = TestBed.inject(ConnectionChanges);
});

afterEach(() => {
  delete globals.EventSource;
});

describe('changes elsewhere', () => {
  it('are told by the server', () => {
    current().open();
    expect(changes.version()).toBe(0);
    current().dispatchEvent(new Event('connections'));
    expect(changes.version()).toBe(1);
  });

  it('may have been missed while the stream was down', () => {
    current().open();
    current().open();
    expect(changes.version()).toBe(1);
  });

  it('are looked for on return while there is no stream, and a refused stream is opened anew', () => {
    current().close();
    document.dispatchEvent(new Event('visibilitychange'));
    expect(changes.version()).toBe(1);
    expect(FakeStream.opened).toHaveLength(2);
  });

  it('are not asked for on return while the stream works', () => {
    current().open();
    document.dispatchEvent(new Event('visibilitychange'));
    expect(changes.version()).toBe(0);
  });

  it('are not listened for while nobody sees the page, and looked for on return', () => {
    current().open();
    const visibility = jest.spyOn(document, 'visibilityState', 'get');
    visibility.mockReturnValue('hidden');
    document.dispatchEvent(new Event('visibilitychange'));
    expect(current().readyState).toBe(2);
    visibility.mockRestore();
    document.dispatchEvent(new Event('visibilitychange'));
    expect(changes.version()).toBe(1);
    expect(FakeStream.opened).toHaveLength(2);
  });

  it('no longer matter to a page that has gone', () => {
    const stream = current();
    TestBed.resetTestingModule();
    expect(stream.readyState).toBe(2);
  });
});
