import { computed, inject, Injectable, linkedSignal, resource, signal } from '@angular/core';
import type { Params } from '@angular/router';
import { connectionsAt } from '../api/addresses';
import { Api } from '../api/api';
import { keptValue } from '../api/api-resource';
import { isSameData } from '../api/same-data';
import { Connection, CountedEnvelope } from '../api/types';
import { ConnectionFilter, queryOf } from './connection-filter';
import { ConnectionSelection } from './connection-selection';

/** For when many pages have to be read again. */
const LARGEST_PAGE = 100;

type Page = CountedEnvelope<Connection>;

export interface OpenedRow {
  id: string;
  /** How far it was below the upper edge of the window, in pixels; undefined where it was not seen. */
  top?: number | undefined;
}

/** Whether there is any of it. */
export interface Above {
  reminders: boolean;
  requests: boolean;
}

/**
 * One list of connections, page by page. It outlives the page that shows it, so that whoever comes
 * back from a detail finds the rows, the filter, the place and what was chosen as they were.
 */
@Injectable()
export class ConnectionList {
  private readonly api = inject(Api);

  readonly filter = signal<ConnectionFilter | undefined>(undefined, { equal: isSameData });
  /** The address's query under which the list was last shown. */
  readonly address = signal<Params>({});
  /** What is asked for after the list and shown above it, as far as it is known whether there is any. */
  readonly above = signal<Partial<Above>>({});
  /** The row that was left for its detail. */
  opened: OpenedRow | null = null;

  private readonly list = resource({
    params: () => this.filter(),
    loader: ({ params, abortSignal }) => this.page(params, { signal: abortSignal }),
  });
  private readonly kept = keptValue(this.list, () => this.filter());

  /** While somebody types a search, what was found before it stays. */
  private readonly shown = linkedSignal<
    { of: string; page: Page | undefined; failed: boolean },
    Page | undefined
  >({
    source: () => ({
      of: `${this.filter()?.status} ${this.filter()?.viewer}`,
      page: this.kept(),
      failed: this.list.status() === 'error',
    }),
    computation: ({ of, page, failed }, before) =>
      page ?? (!failed && before?.source.of === of ? before.value : undefined),
  });

  readonly connections = computed(() => this.shown()?.resources);
  readonly selection = new ConnectionSelection(this.filter, this.connections);
  readonly total = computed(() => this.shown()?.meta.total ?? 0);
  readonly hasMore = computed(() => this.shown()?.meta.nextCursor !== undefined);
  /** What is shown belongs to another filter, and will be replaced. */
  readonly outdated = computed(() => this.shown() !== this.kept());
  readonly busy = signal(false);
  readonly moreFailed = linkedSignal({ source: this.filter, computation: () => false });
  private readonly syncError = linkedSignal<unknown, unknown>({
    source: this.filter,
    computation: () => undefined,
  });
  readonly error = computed(() =>
    this.list.status() === 'error' ? this.list.error() : this.syncError(),
  );

  private syncing: Promise<void> | null = null;
  private again = false;
  private holds = 0;

  /** From the beginning. */
  reload(): void {
    this.syncError.set(undefined);
    this.list.reload();
  }

  /** @returns the first connection that has come, or null when it failed or none came */
  async more(): Promise<Connection | null> {
    const filter = this.filter();
    const cursor = this.kept()?.meta.nextCursor;
    if (!filter || !cursor || this.busy()) return null;
    this.busy.set(true);
    this.moreFailed.set(false);
    try {
      const next = await this.page(filter, { cursor });
      const shown = this.kept();
      if (!shown || this.filter() !== filter) return null;
      const known = new Set(shown.resources.map(({ id }) => id));
      const fresh = next.resources.filter(({ id }) => !known.has(id));
      this.list.set({ resources: [...shown.resources, ...fresh], meta: next.meta });
      return fresh[0] ?? null;
    } catch {
      if (this.filter() === filter) this.moreFailed.set(true);
      return null;
    } finally {
      this.busy.set(false);
    }
  }

  /** Takes out what has just been ended here, without asking for anything. */
  remove(ids: readonly string[]): void {
    const shown = this.kept();
    if (!shown || this.filter()?.status !== 'active') return;
    const resources = shown.resources.filter(({ id }) => !ids.includes(id));
    const total = shown.meta.total - (shown.resources.length - resources.length);
    if (resources.length === 0 && shown.meta.nextCursor !== undefined) this.reload();
    else this.list.set({ resources, meta: { ...shown.meta, total } });
  }

  /**
   * Keeps the list from following changes while something is being ended here, which is one of them.
   * @returns ends that
   */
  hold(): () => void {
    this.holds += 1;
    return () => {
      this.holds -= 1;
      if (this.holds === 0 && this.again) void this.sync();
    };
  }

  /**
   * Follows a change made elsewhere: one request where the beginning and the number of the rows
   * are still the same, and only otherwise as many as the rows that are shown take.
   */
  sync(): Promise<void> {
    this.again = this.syncing !== null || this.holds > 0;
    if (this.again) return this.syncing ?? Promise.resolve();
    this.syncing = this.follow().finally(() => {
      this.syncing = null;
      if (this.again && this.holds === 0) void this.sync();
    });
    return this.syncing;
  }

  private async follow(): Promise<void> {
    const filter = this.filter();
    if (!filter) return;
    if (!this.kept()) {
      this.reload();
      return;
    }
    try {
      let fresh = await this.page(filter);
      const shown = this.kept();
      if (!shown || this.filter() !== filter) return;
      const { total } = fresh.meta;
      const beginsAlike = fresh.resources.every(({ id }, at) => shown.resources[at]?.id === id);
      if (beginsAlike && total === shown.meta.total && fresh.resources.length > 0) {
        const rest = shown.resources.slice(fresh.resources.length);
        const meta = rest.length > 0 ? shown.meta : fresh.meta;
        this.list.set({ resources: [...fresh.resources, ...rest], meta: { ...meta, total } });
      } else {
        while (fresh.resources.length < shown.resources.length && fresh.meta.nextCursor) {
          const { nextCursor: cursor } = fresh.meta;
          const next = await this.page(filter, { cursor, limit: LARGEST_PAGE });
          fresh = { resources: [...fresh.resources, ...next.resources], meta: next.meta };
        }
        if (this.filter() === filter) this.list.set(fresh);
      }
      this.syncError.set(undefined);
    } catch (cause) {
      if (this.filter() === filter) this.syncError.set(cause);
    }
  }

  private page(
    filter: ConnectionFilter,
    { signal, ...part }: { cursor?: string; limit?: number; signal?: AbortSignal } = {},
  ): Promise<Page> {
    return this.api.get(connectionsAt(queryOf(filter), part), signal ? { signal } : {});
  }
}
