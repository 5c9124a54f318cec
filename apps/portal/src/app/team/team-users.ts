import { computed, inject, Injectable, signal } from '@angular/core';
import { Api } from '../api/api';
import { pagedList } from '../api/paged-list';
import { isSameData } from '../api/same-data';
import { Envelope, TeamUser, UserChanges, UserStatus } from '../api/types';
import { SessionStore } from '../session/session-store';

const PATH = '/user/v7/users';

export interface TeamQuery {
  q: string;
  sort: string;
}

/** The account's users, or those who are searched for, page by page. */
@Injectable()
export class TeamUsers {
  readonly query = signal<TeamQuery | undefined>(undefined, { equal: isSameData });
  private readonly api = inject(Api);
  private readonly session = inject(SessionStore);

  /** Where it is not known who asks, the API decides. */
  private readonly refused = computed(
    () => this.session.user() !== null && !this.session.isAdmin(),
  );
  private readonly list = pagedList<TeamUser>(() => {
    const query = this.query();
    if (!query || this.refused()) return undefined;
    const { q, sort } = query;
    return `${PATH}?${new URLSearchParams({ sort, ...(q && { q }) })}`;
  });

  readonly users = this.list.items;
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

  /** @returns the first user that has come, or null when it failed or nobody came */
  loadMore(): Promise<TeamUser | null> {
    return this.list.loadMore();
  }

  setStatus(id: string, status: UserStatus): Promise<void> {
    return this.change(id, { status });
  }

  setRole(id: string, role: 'member' | 'admin'): Promise<void> {
    return this.change(id, { role });
  }

  async resetFactor(id: string): Promise<void> {
    await this.api.delete(`${PATH}/${encodeURIComponent(id)}/second-factor`);
    this.list.change((user) =>
      user.id === id ? { ...user, secondFactor: false, passkey: false } : user,
    );
  }

  private async change(id: string, changes: UserChanges): Promise<void> {
    const { resource } = await this.api.patch<Envelope<TeamUser>>(
      `${PATH}/${encodeURIComponent(id)}`,
      { resource: changes },
    );
    this.list.change((user) => (user.id === id ? resource : user));
  }
}
