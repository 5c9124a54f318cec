import { computed, inject, Injectable, linkedSignal, signal } from '@angular/core';
import { Api } from '../api/api';
import { apiResource, keptValue } from '../api/api-resource';
import { apiErrorFrom } from '../api/problem';
import { CountedEnvelope, RegistryClient } from '../api/types';
import { SessionStore } from '../session/session-store';

export const REGISTRY = '/admin/v7/oauth-clients';

export interface RegistrySearch {
  q: string;
  /** Empty: in any state. */
  status: string;
  sort: string;
}

/** The registered clients, or those that are searched for, page by page. */
@Injectable()
export class RegistryClients {
  readonly query = signal<RegistrySearch | undefined>(undefined, {
    equal: (one, other) => JSON.stringify(one) === JSON.stringify(other),
  });
  private readonly api = inject(Api);
  private readonly session = inject(SessionStore);

  /** Where it is not known who asks, the API decides. */
  private readonly refused = computed(
    () => this.session.user() !== null && !this.session.isOperator(),
  );
  private readonly path = computed(() => {
    const query = this.query();
    if (!query || this.refused()) return undefined;
    const { q, status, sort } = query;
    return `${REGISTRY}?${new URLSearchParams({ sort, ...(q && { q }), ...(status && { status }) })}`;
  });
  private readonly first = apiResource<CountedEnvelope<RegistryClient>>(() => this.path());
  /** While somebody types, those who were found before stay. */
  private readonly firstPage = keptValue(this.first);
  private readonly later = linkedSignal(() => ({
    clients: [] as RegistryClient[],
    nextCursor: this.firstPage()?.meta.nextCursor,
  }));

  readonly outdated = computed(() => this.first.isLoading() && this.firstPage() !== undefined);
  readonly clients = computed<RegistryClient[] | null>(() => {
    const page = this.firstPage();
    return page ? [...page.resources, ...this.later().clients] : null;
  });
  readonly total = computed(() => this.firstPage()?.meta.total ?? 0);
  readonly error = computed(() => this.first.error());
  readonly forbidden = computed(
    () =>
      this.refused() ||
      (this.error() !== undefined && apiErrorFrom(this.error()).code === 'forbidden'),
  );
  readonly hasMore = computed(() => this.later().nextCursor !== undefined);
  readonly loadingMore = signal(false);
  readonly moreFailed = linkedSignal(() => {
    this.firstPage();
    return false;
  });

  reload(): void {
    this.first.reload();
  }

  /** @returns the first client that has come, or null when it failed or none came */
  async loadMore(): Promise<RegistryClient | null> {
    const { clients, nextCursor } = this.later();
    if (nextCursor === undefined || this.loadingMore()) return null;
    this.loadingMore.set(true);
    this.moreFailed.set(false);
    try {
      const path = this.path();
      const page = await this.api.get<CountedEnvelope<RegistryClient>>(
        `${path}&cursor=${encodeURIComponent(nextCursor)}`,
      );
      if (this.path() !== path) return null;
      this.later.set({
        clients: [...clients, ...page.resources],
        nextCursor: page.meta.nextCursor,
      });
      return page.resources[0] ?? null;
    } catch {
      this.moreFailed.set(true);
      return null;
    } finally {
      this.loadingMore.set(false);
    }
  }
}
