import { computed, linkedSignal, ResourceRef, Signal, WritableSignal } from '@angular/core';
import { apiResource, keptValue } from '../api/api-resource';
import { apiErrorFrom } from '../api/problem';
import { DeveloperClient, DeveloperClientDetail, Envelope } from '../api/types';
import { DEVELOPER_CLIENTS } from './developer-clients';

/** What there is to show of an application: itself, an error, or nothing yet. */
export interface DeveloperClientRead {
  read: ResourceRef<Envelope<DeveloperClientDetail> | undefined>;
  /** Undefined until it has come; stays when a later reload fails. */
  client: WritableSignal<DeveloperClient | undefined>;
  /** Since when it has been switched off, as far as that is known. */
  disabledAt: Signal<string | null>;
  /** Undefined where there is a client to show. */
  error: Signal<Error | undefined>;
  notFound: Signal<boolean>;
}

/** An application of the developer who is signed in, by its id; in an injection context. */
export function developerClient(id: () => string): DeveloperClientRead {
  const read = apiResource<Envelope<DeveloperClientDetail>>(() => developerClientPath(id()));
  const kept = keptValue(read, id);
  const client = linkedSignal<DeveloperClient | undefined>(() => kept()?.resource);
  const disabledAt = computed(() => kept()?.resource.disabledAt ?? null);
  const error = computed(() => (client() ? undefined : read.error()));
  const notFound = computed(
    () => error() !== undefined && apiErrorFrom(error()).code === 'not_found',
  );
  return { read, client, disabledAt, error, notFound };
}

export function developerClientPath(id: string): string {
  return `${DEVELOPER_CLIENTS}/${encodeURIComponent(id)}`;
}
