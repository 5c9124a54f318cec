import { computed, inject, Injectable, linkedSignal, signal } from '@angular/core';
import { Api } from '../api/api';
import { apiResource, keptValue } from '../api/api-resource';
import { apiErrorFrom } from '../api/problem';
import { CountedEnvelope, Envelope, TeamUser, UserStatus } from '../api/types';
import { SessionStore } from '../session/session-store';

const PATH = '/user/v7/users';

export interface TeamQuery {
  q: string;
  sort: string;
}

/** The account's users, or those who are searched for, page by page. */
@Injectable()
export class TeamUsers {
  readonly query = signal<TeamQuery | undefined>(undefined, {
    equal: (one, other) => one?.q === other?.q && one?.sort === other?.sort,
  });
  private readonly api = inject(Api);
  private readonly session = inject(SessionStore);

  // Where it is not known who asks, the API decides.
  private readonly known = computed(() => this.session.user());
  private readonly path = computed(() => {
    const query = this.query();
    const allowed = this.known() === null || this.session.isAdmin();
    if (!query || !allowed) return undefined;
    const { q, sort } = query;
    return `${PATH}?${new URLSearchParams({ sort, ...(q && { q }) })}`;
  });
  private readonly first = apiResource<CountedEnvelope<TeamUser>>(() => this.path());
  /** While somebody types, those who were found before stay. */
  private readonly firstPage = keptValue(this.first);
  readonly outdated = computed(() => this.first.isLoading() && this.firstPage() !== undefined);
  private readonly later = linkedSignal(() => ({
    users: [] as TeamUser[],
    nextCursor: this.firstPage()?.meta.nextCursor,
  }));
  /** What has been changed here since it was read. */
  private readonly changed = linkedSignal<Map<string, TeamUser>>(() => {
    this.firstPage();
    return new Map();
  });

  readonly users = computed<TeamUser[] | null>(() => {
    const page = this.firstPage();
    if (!page) return null;
    const changed = this.changed();
    return [...page.resources, ...this.later().users].map((user) => changed.get(user.id) ?? user);
  });
  readonly total = computed(() => this.firstPage()?.meta.total ?? 0);
  readonly error = computed(() => this.first.error());
  readonly forbidden = computed(
    () =>
      (this.known() !== null && !this.session.isAdmin()) ||
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

  /** @returns the first user that has come, or null when it failed or nobody came */
  async loadMore(): Promise<TeamUser | null> {
    const { users, nextCursor } = this.later();
    if (nextCursor === undefined || this.loadingMore()) return null;
    this.loadingMore.set(true);
    this.moreFailed.set(false);
    try {
      const path = this.path();
      const page = await this.api.get<CountedEnvelope<TeamUser>>(
        `${path}&cursor=${encodeURIComponent(nextCursor)}`,
      );
      if (this.path() !== path) return null;
      this.later.set({
        users: [...users, ...page.resources],
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

  async setStatus(id: string, status: UserStatus): Promise<void> {
    const { resource } = await this.api.patch<Envelope<TeamUser>>(
      `${PATH}/${encodeURIComponent(id)}`,
      { resource: { status } },
    );
    this.changed.update((changed) => new Map(changed).set(id, resource));
  }
}
