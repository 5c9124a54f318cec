import { inject, linkedSignal, Resource, resource, ResourceRef, Signal } from '@angular/core';
import { Api, CallOptions } from './api';
import { ListEnvelope } from './types';

const PAGE_SIZE = 100;
/** So that an answer that never ends does not keep the page busy for ever. */
const MOST_PAGES = 50;

/**
 * What the API answers at an address, as a signal that asks again when the address changes. It asks
 * nothing while the address is undefined. While it reloads, the value stays; its error is an
 * ApiError (`apiErrorFrom`).
 */
export function apiResource<T>(
  path: () => string | undefined,
  options: Omit<CallOptions, 'signal'> = {},
): ResourceRef<T | undefined> {
  const api = inject(Api);
  return resource<T, string | undefined>({
    params: path,
    loader: ({ params, abortSignal }) =>
      api.get<T>(params as string, { ...options, signal: abortSignal }),
  });
}

/** A whole list, for choices and search: page after page, until there is none. */
export function apiWholeList<T>(path: () => string | undefined): ResourceRef<T[] | undefined> {
  const api = inject(Api);
  return resource<T[], string | undefined>({
    params: path,
    loader: async ({ params, abortSignal: signal }) => {
      const all: T[] = [];
      let cursor: string | undefined;
      for (let page = 0; page < MOST_PAGES && (page === 0 || cursor); page++) {
        const query = new URLSearchParams({ limit: String(PAGE_SIZE), ...(cursor && { cursor }) });
        const list = await api.get<ListEnvelope<T>>(
          `${params}${params.includes('?') ? '&' : '?'}${query}`,
          { signal },
        );
        all.push(...list.resources);
        cursor = list.meta.nextCursor;
      }
      return all;
    },
  });
}

/** Whether an answer has come, or it is known that none does. */
export function isSettled(from: Resource<unknown>): boolean {
  return from.status() === 'resolved' || from.status() === 'error';
}

/**
 * The value of a resource, kept when a later reload fails, so that what is shown does not vanish
 * with the network.
 *
 * @param of what the value belongs to; when it changes, nothing is kept
 */
export function keptValue<T>(
  from: Resource<T | undefined>,
  of: () => unknown = () => null,
): Signal<T | undefined> {
  return linkedSignal<{ of: unknown; value: T | undefined }, T | undefined>({
    source: () => ({ of: of(), value: from.hasValue() ? from.value() : undefined }),
    computation: (now, before) =>
      now.value ?? (before?.source.of === now.of ? before?.value : undefined),
  });
}
