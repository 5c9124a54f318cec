import {
  afterNextRender,
  ChangeDetectionStrategy,
  Component,
  computed,
  effect,
  ElementRef,
  inject,
  Injector,
  input,
  signal,
  untracked,
} from '@angular/core';
import { TranslocoDirective } from '@jsverse/transloco';
import { Api } from '../api/api';
import { apiResource, keptValue } from '../api/api-resource';
import { ConnectionEvent, ListEnvelope } from '../api/types';
import { Formats } from '../i18n/formats';
import { KnownScopes } from '../scopes/known-scopes';
import { scopeName } from '../scopes/scope-words';
import { SessionStore } from '../session/session-store';
import { Icon } from '../ui/icon';
import { LoadError } from '../ui/load-error';
import { timeline, TimelineEntry } from './event-words';

/** What happened to a connection, newest first. */
@Component({
  selector: 'fx-connection-events',
  changeDetection: ChangeDetectionStrategy.OnPush,
  imports: [Icon, LoadError, TranslocoDirective],
  templateUrl: './connection-events.html',
  styleUrl: './connection-events.scss',
})
export class ConnectionEvents {
  readonly connectionId = input.required<string>();
  /** Counts up when there may be something new. */
  readonly version = input(0);

  protected readonly formats = inject(Formats);
  private readonly api = inject(Api);
  private readonly knownScopes = inject(KnownScopes);
  private readonly session = inject(SessionStore);
  private readonly injector = inject(Injector);
  private readonly host = inject<ElementRef<HTMLElement>>(ElementRef);

  private readonly path = computed(
    () => `/user/v7/connections/${encodeURIComponent(this.connectionId())}/events`,
  );
  private readonly list = apiResource<ListEnvelope<ConnectionEvent>>(() => this.path());
  private readonly kept = keptValue(this.list, () => this.path());
  protected readonly entries = computed(() => {
    const events = this.kept()?.resources;
    return events && timeline(events, this.session.user()?.id, this.knownScopes.table());
  });
  protected readonly error = computed(() =>
    this.list.status() === 'error' ? this.list.error() : undefined,
  );
  protected readonly nextCursor = computed(() => this.kept()?.meta.nextCursor);
  protected readonly loadingMore = signal(false);
  protected readonly moreFailed = signal(false);

  constructor() {
    effect(() => {
      if (this.version() > 0) untracked(() => this.list.reload());
    });
  }

  protected scopeName(scope: string): string {
    return scopeName(scope, this.knownScopes.table(), this.formats.language());
  }

  protected endText({ from, to }: NonNullable<TimelineEntry['changes']['end']>): string {
    if (to === null) return 'connections.events.change.endless';
    return from === null
      ? 'connections.events.change.endSet'
      : 'connections.events.change.endMoved';
  }

  protected retry(): void {
    this.list.reload();
  }

  protected async more(cursor: string): Promise<void> {
    if (this.loadingMore()) return;
    this.loadingMore.set(true);
    this.moreFailed.set(false);
    try {
      const next = await this.api.get<ListEnvelope<ConnectionEvent>>(
        `${this.path()}?${new URLSearchParams({ cursor })}`,
      );
      const before = this.entries()?.length ?? 0;
      const shown = this.kept()?.resources ?? [];
      this.list.set({ resources: [...shown, ...next.resources], meta: next.meta });
      this.focusEntry(before);
    } catch {
      this.moreFailed.set(true);
    } finally {
      this.loadingMore.set(false);
    }
  }

  /** The button may have gone, and the focus with it: the first of the older ones takes it. */
  private focusEntry(index: number): void {
    afterNextRender(
      () => {
        const entries = this.host.nativeElement.querySelectorAll<HTMLElement>('.timeline > li');
        entries[Math.min(index, entries.length - 1)]?.focus();
      },
      { injector: this.injector },
    );
  }
}
