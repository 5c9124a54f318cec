import { computed, linkedSignal, ResourceRef, Signal, WritableSignal } from '@angular/core';
import { apiResource, keptValue } from '../api/api-resource';
import { apiErrorFrom } from '../api/problem';
import { DeveloperClient, Envelope } from '../api/types';
import { DEVELOPER_CLIENTS } from './developer-clients';

/** What there is to show of an application: itself, an error, or nothing yet. */
export interface DeveloperClientRead {
  read: ResourceRef<Envelope<DeveloperClient> | undefined>;
  /** Undefined until it has come; stays when a later reload fails. */
  client: WritableSignal<DeveloperClient | undefined>;
  /** Undefined where there is a client to show. */
  error: Signal<Error | undefined>;
  notFound: Signal<boolean>;
}

/** An application of the developer who is signed in, by its id; in an injection context. */
export function developerClient(id: () => string): DeveloperClientRead {
  const read = apiResource<Envelope<DeveloperClient>>(() => developerClientPath(id()));
  const kept = keptValue(read, id);
  const client = linkedSignal(() => kept()?.resource);
  const error = computed(() => (client() ? undefined : read.error()));
  const notFound = computed(
    () => error() !== undefined && apiErrorFrom(error()).code === 'not_found',
  );
  return { read, client, error, notFound };
}

export function developerClientPath(id: string): string {
  return `${DEVELOPER_CLIENTS}/${encodeURIComponent(id)}`;
}
