import { computed, inject, Injectable, signal } from '@angular/core';
import { pagedList } from '../api/paged-list';
import { isSameData } from '../api/same-data';
import { CompanyDetails } from '../api/types';
import { SessionStore } from '../session/session-store';

export const COMPANIES = '/admin/v7/accounts';

export interface CompanySearch {
  q: string;
  /** Empty: in any state. */
  status: string;
}

/** The companies that use Flixcheck, or those that are searched for, page by page. */
@Injectable()
export class CompaniesList {
  readonly query = signal<CompanySearch | undefined>(undefined, { equal: isSameData });
  private readonly session = inject(SessionStore);

  /** Where it is not known who asks, the API decides. */
  private readonly refused = computed(
    () => this.session.user() !== null && !this.session.isOperator(),
  );
  private readonly list = pagedList<CompanyDetails>(() => {
    const query = this.query();
    if (!query || this.refused()) return undefined;
    const { q, status } = query;
    return `${COMPANIES}?${new URLSearchParams({ ...(q && { q }), ...(status && { status }) })}`;
  });

  readonly companies = this.list.items;
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

  /** @returns the first company that has come, or null when it failed or none came */
  loadMore(): Promise<CompanyDetails | null> {
    return this.list.loadMore();
  }
}
