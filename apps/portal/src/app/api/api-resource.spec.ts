import { beforeEach, describe, expect, it, jest } from '@jest/globals';
import { ResourceRef, Signal, signal } from '@angular/core';
import { TestBed } from '@angular/core/testing';
import { Api } from './api';
import { apiResource, apiWholeList, keptValue } from './api-resource';

const get = jest.fn<(path: string) => Promise<unknown>>();

async function settled(): Promise<void> {
  TestBed.tick();
  await new Promise((resolve) => setTimeout(resolve));
  TestBed.tick();
}

beforeEach(() => {
  get.mockReset();
  TestBed.configureTestingModule({ providers: [{ provide: Api, useValue: { get } }] });
});

describe('a whole list', () => {
  it('is read page after page', async () => {
    get.mockImplementation((path) =>
      Promise.resolve(
        path.includes('cursor=n')
          ? { resources: ['b'], meta: {} }
          : { resources: ['a'], meta: { nextCursor: 'n' } },
      ),
    );
    const list = TestBed.runInInjectionContext(() => apiWholeList<string>(() => '/x'));
    await settled();
    expect(list.value()).toEqual(['a', 'b']);
    expect(get.mock.calls.map(([path]) => path)).toEqual(['/x?limit=100', '/x?limit=100&cursor=n']);
  });
});

describe('a kept value', () => {
  const path = signal('/x/1');
  let source: ResourceRef<string | undefined>;
  let kept: Signal<string | undefined>;

  beforeEach(async () => {
    path.set('/x/1');
    get.mockResolvedValue('first');
    TestBed.runInInjectionContext(() => {
      source = apiResource<string>(() => path());
      kept = keptValue(source, () => path());
    });
    await settled();
  });

  it('outlives a reload that fails', async () => {
    expect(kept()).toBe('first');
    get.mockRejectedValue(new Error('down'));
    source.reload();
    await settled();
    expect(source.status()).toBe('error');
    expect(kept()).toBe('first');
  });

  it('does not outlive what it belongs to', async () => {
    expect(kept()).toBe('first');
    get.mockRejectedValue(new Error('down'));
    path.set('/x/2');
    await settled();
    expect(kept()).toBeUndefined();
  });
});
