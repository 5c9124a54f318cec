import { computed, inject, linkedSignal, Signal, signal } from '@angular/core';
import { Api } from './api';
import { apiResource, keptValue } from './api-resource';
import { apiErrorFrom } from './problem';
import { CountedEnvelope, ListEnvelope } from './types';

type PageEnvelope<T> = ListEnvelope<T> & { meta: Partial<CountedEnvelope<T>['meta']> };

/** A list of the API that is read page by page, as far as the reader goes. */
export interface PagedList<T> {
  /** Null until the first page is there. What was there before stays while another is on its way. */
  items: Signal<T[] | null>;
  error: Signal<unknown>;
  /** The API refuses the list to this reader. */
  forbidden: Signal<boolean>;
  /** How many there are on all pages; 0 until that is known, and where the API does not count. */
  total: Signal<number>;
  /** The items are those of an earlier address. */
  outdated: Signal<boolean>;
  hasMore: Signal<boolean>;
  loadingMore: Signal<boolean>;
  moreFailed: Signal<boolean>;
  reload(): void;
  /** @returns the first item that has come, or null if it failed or nothing came */
  loadMore(): Promise<T | null>;
  /** Shows what has been changed since it was read, without reading it again. */
  change(change: (item: T) => T): void;
}

/** @param path the list's address with its filters; while undefined, nothing is asked */
export function pagedList<T>(path: () => string | undefined): PagedList<T> {
  const api = inject(Api);
  const first = apiResource<PageEnvelope<T>>(path);
  const firstPage = keptValue(first);
  const shown = linkedSignal<{ items: T[]; nextCursor: string | undefined } | null>(() => {
    const page = firstPage();
    return page ? { items: page.resources, nextCursor: page.meta.nextCursor } : null;
  });
  const loadingMore = signal(false);
  const moreFailed = linkedSignal(() => {
    firstPage();
    return false;
  });

  async function loadMore(): Promise<T | null> {
    const nextCursor = shown()?.nextCursor;
    const from = path();
    if (from === undefined || nextCursor === undefined || loadingMore()) return null;
    loadingMore.set(true);
    moreFailed.set(false);
    try {
      const cursor = new URLSearchParams({ cursor: nextCursor });
      const page = await api.get<ListEnvelope<T>>(
        `${from}${from.includes('?') ? '&' : '?'}${cursor}`,
      );
      // Meanwhile the reader has asked for something else.
      if (path() !== from) return null;
      shown.update((before) => ({
        items: [...(before?.items ?? []), ...page.resources],
        nextCursor: page.meta.nextCursor,
      }));
      return page.resources[0] ?? null;
    } catch {
      moreFailed.set(true);
      return null;
    } finally {
      loadingMore.set(false);
    }
  }

  return {
    items: computed(() => shown()?.items ?? null),
    error: computed(() => first.error()),
    forbidden: computed(() => {
      const error = first.error();
      return error !== undefined && apiErrorFrom(error).code === 'forbidden';
    }),
    total: computed(() => firstPage()?.meta.total ?? 0),
    outdated: computed(() => first.isLoading() && firstPage() !== undefined),
    hasMore: computed(() => shown()?.nextCursor !== undefined),
    loadingMore,
    moreFailed,
    reload: () => first.reload(),
    loadMore,
    change: (change) =>
      shown.update((before) => before && { ...before, items: before.items.map(change) }),
  };
}
