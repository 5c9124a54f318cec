import {
  computed,
  inject,
  Injectable,
  linkedSignal,
  resource,
  signal,
  untracked,
} from '@angular/core';
import { Api } from '../api/api';
import { keptValue } from '../api/api-resource';
import { Connection, ListEnvelope } from '../api/types';

export interface ConnectionFilter {
  status: Connection['status'];
  userId: string | null;
  clientId: string | null;
}

const PAGE_SIZE = 50;

/** One list of connections, page by page. Reloading asks for every page that is shown. */
@Injectable()
export class ConnectionList {
  private readonly api = inject(Api);

  readonly filter = signal<ConnectionFilter | undefined>(undefined, {
    equal: (one, other) => JSON.stringify(one) === JSON.stringify(other),
  });
  private readonly pages = linkedSignal({ source: this.filter, computation: () => 1 });
  private readonly loadingMore = signal(false);
  readonly moreFailed = signal(false);

  private readonly list = resource({
    params: () => this.filter(),
    loader: ({ params, abortSignal }) => this.load(params, untracked(this.pages), abortSignal),
  });

  private readonly kept = keptValue(this.list, () => this.filter());
  readonly connections = computed(() => this.kept()?.resources);
  readonly error = computed(() => (this.list.status() === 'error' ? this.list.error() : undefined));
  readonly hasMore = computed(() => this.kept()?.meta.nextCursor !== undefined);
  readonly busy = computed(() => this.loadingMore());

  reload(): void {
    this.list.reload();
  }

  async more(): Promise<void> {
    const filter = this.filter();
    const shown = this.kept();
    const cursor = shown?.meta.nextCursor;
    if (!filter || !shown || !cursor || this.loadingMore()) return;
    this.loadingMore.set(true);
    this.moreFailed.set(false);
    try {
      const next = await this.page(filter, cursor);
      this.pages.update((pages) => pages + 1);
      this.list.set({ resources: [...shown.resources, ...next.resources], meta: next.meta });
    } catch {
      this.moreFailed.set(true);
    } finally {
      this.loadingMore.set(false);
    }
  }

  private async load(
    filter: ConnectionFilter,
    pages: number,
    signal: AbortSignal,
  ): Promise<ListEnvelope<Connection>> {
    let list = await this.page(filter, undefined, signal);
    for (let page = 1; page < pages && list.meta.nextCursor; page++) {
      const next = await this.page(filter, list.meta.nextCursor, signal);
      list = { resources: [...list.resources, ...next.resources], meta: next.meta };
    }
    return list;
  }

  private page(
    { status, userId, clientId }: ConnectionFilter,
    cursor?: string,
    signal?: AbortSignal,
  ): Promise<ListEnvelope<Connection>> {
    const query = new URLSearchParams({ status, limit: String(PAGE_SIZE) });
    if (userId) query.set('userId', userId);
    if (clientId) query.set('clientId', clientId);
    if (cursor) query.set('cursor', cursor);
    return this.api.get(`/user/v7/connections?${query}`, signal ? { signal } : {});
  }
}
