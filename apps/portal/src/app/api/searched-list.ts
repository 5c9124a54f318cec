import { computed, Signal, signal, WritableSignal } from '@angular/core';
import { PagedList, pagedList } from './paged-list';
import { isSameData } from './same-data';

/** A list of the API that is searched, narrowed and sorted. */
export interface SearchedList<T, Query> extends PagedList<T> {
  /** What is asked for, an empty value being none. While undefined, nothing is asked. */
  query: WritableSignal<Query | undefined>;
}

/**
 * @param path the list's address without its filters
 * @param refused nothing is asked for a reader who would not get it
 */
export function searchedList<T, Query extends object>(
  path: string,
  refused: Signal<boolean>,
): SearchedList<T, Query> {
  const query = signal<Query | undefined>(undefined, { equal: isSameData });
  const list = pagedList<T>(() => {
    const asked = query();
    if (!asked || refused()) return undefined;
    const parameters = Object.entries({ sort: '', ...asked }).filter(([, value]) => value !== '');
    return `${path}?${new URLSearchParams(parameters)}`;
  });
  return { ...list, query, forbidden: computed(() => refused() || list.forbidden()) };
}
