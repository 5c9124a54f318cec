import { computed, inject, linkedSignal, Signal, signal } from '@angular/core';
import { Api } from './api';
import { apiResource, keptValue } from './api-resource';
import { ListEnvelope } from './types';

/** A list of the API that is read page by page, as far as the reader goes. */
export interface PagedList<T> {
  /** Null until the first page is there. What was there before stays while another is on its way. */
  items: Signal<T[] | null>;
  error: Signal<unknown>;
  /** The items are those of an earlier address. */
  outdated: Signal<boolean>;
  hasMore: Signal<boolean>;
  loadingMore: Signal<boolean>;
  moreFailed: Signal<boolean>;
  reload(): void;
  /** @returns the first item that has come, or null if it failed or nothing came */
  loadMore(): Promise<T | null>;
}

/** @param path the list's address with its filters; while undefined, nothing is asked */
export function pagedList<T>(path: () => string | undefined): PagedList<T> {
  const api = inject(Api);
  const first = apiResource<ListEnvelope<T>>(path);
  const firstPage = keptValue(first);
  const later = linkedSignal(() => ({
    items: [] as T[],
    nextCursor: firstPage()?.meta.nextCursor,
  }));
  const loadingMore = signal(false);
  const moreFailed = linkedSignal(() => {
    firstPage();
    return false;
  });

  async function loadMore(): Promise<T | null> {
    const { items, nextCursor } = later();
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
      later.set({ items: [...items, ...page.resources], nextCursor: page.meta.nextCursor });
      return page.resources[0] ?? null;
    } catch {
      moreFailed.set(true);
      return null;
    } finally {
      loadingMore.set(false);
    }
  }

  return {
    items: computed(() => {
      const page = firstPage();
      return page ? [...page.resources, ...later().items] : null;
    }),
    error: computed(() => first.error()),
    outdated: computed(() => first.isLoading() && firstPage() !== undefined),
    hasMore: computed(() => later().nextCursor !== undefined),
    loadingMore,
    moreFailed,
    reload: () => first.reload(),
    loadMore,
  };
}
