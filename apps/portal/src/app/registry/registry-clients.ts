import { computed, inject, Injectable, signal } from '@angular/core';
import { pagedList } from '../api/paged-list';
import { isSameData } from '../api/same-data';
import { RegistryClient } from '../api/types';
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
  readonly query = signal<RegistrySearch | undefined>(undefined, { equal: isSameData });
  private readonly session = inject(SessionStore);

  /** Where it is not known who asks, the API decides. */
  private readonly refused = computed(
    () => this.session.user() !== null && !this.session.isOperator(),
  );
  private readonly list = pagedList<RegistryClient>(() => {
    const query = this.query();
    if (!query || this.refused()) return undefined;
    const { q, status, sort } = query;
    return `${REGISTRY}?${new URLSearchParams({ sort, ...(q && { q }), ...(status && { status }) })}`;
  });

  readonly clients = this.list.items;
  readonly total = this.list.total;
  readonly outdated = this.list.outdated;
  readonly error = this.list.error;
  readonly forbidden = computed(() => this.refused() || this.list.forbidden());
  readonly hasMore = this.list.hasMore;
  readonly loadingMore = this.list.loadingMore;
  readonly moreFailed = this.list.moreFailed;

  reload(): void {
    this.list.reload();
  }

  /** @returns the first client that has come, or null when it failed or none came */
  loadMore(): Promise<RegistryClient | null> {
    return this.list.loadMore();
  }
}
