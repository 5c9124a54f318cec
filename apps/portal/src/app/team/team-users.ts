import { computed, inject, Injectable, linkedSignal, signal } from '@angular/core';
import { Api } from '../api/api';
import { apiResource } from '../api/api-resource';
import { apiErrorFrom } from '../api/problem';
import { Envelope, ListEnvelope, TeamUser, UserStatus } from '../api/types';
import { SessionStore } from '../session/session-store';

const PATH = '/user/v7/users';

/** The account's users, page by page. */
@Injectable()
export class TeamUsers {
  private readonly api = inject(Api);
  private readonly session = inject(SessionStore);

  // Where it is not known who asks, the API decides.
  private readonly known = computed(() => this.session.user());
  private readonly first = apiResource<ListEnvelope<TeamUser>>(() =>
    this.known() === null || this.session.isAdmin() ? PATH : undefined,
  );
  private readonly firstPage = computed(() =>
    this.first.hasValue() ? this.first.value() : undefined,
  );
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
      const page = await this.api.get<ListEnvelope<TeamUser>>(
        `${PATH}?cursor=${encodeURIComponent(nextCursor)}`,
      );
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
