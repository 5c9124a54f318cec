import { inject, resource, ResourceRef } from '@angular/core';
import { Api, CallOptions } from './api';

/**
 * What the API says at an address, as a signal that asks again when the address changes. Undefined
 * asks nothing. While it reloads, the value stays; its error is an ApiError (`apiErrorFrom`).
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
