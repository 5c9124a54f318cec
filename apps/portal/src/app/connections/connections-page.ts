import {
  afterNextRender,
  ChangeDetectionStrategy,
  Component,
  computed,
  effect,
  ElementRef,
  inject,
  input,
  signal,
  untracked,
  viewChild,
} from '@angular/core';
import { Router, RouterLink } from '@angular/router';
import { TranslocoDirective } from '@jsverse/transloco';
import download from '@material-symbols/svg-400/rounded/download.svg';
import history from '@material-symbols/svg-400/rounded/history.svg';
import link from '@material-symbols/svg-400/rounded/link.svg';
import searchOff from '@material-symbols/svg-400/rounded/search_off.svg';
import { apiWholeList, keptValue } from '../api/api-resource';
import { isSameData } from '../api/same-data';
import { Connection, TeamUser, UsedClient } from '../api/types';
import { Formats } from '../i18n/formats';
import { FullName, fullName, nameAndEmail } from '../people/full-name';
import { KnownScopes } from '../scopes/known-scopes';
import { SessionStore } from '../session/session-store';
import { focusLater } from '../ui/focus-later';
import { Icon } from '../ui/icon';
import { keepInSight } from '../ui/keep-in-sight';
import { LoadError } from '../ui/load-error';
import { PageState } from '../ui/page-state';
import { StaleNotice } from '../ui/stale-notice';
import { Waiting } from '../ui/waiting';
import { AvailableApps } from './available-apps';
import { chosenPerson } from './chosen-person';
import { ConnectionChanges } from './connection-changes';
import { ConnectionFilter, filterFrom, inWords, queryOf } from './connection-filter';
import { ConnectionFilters, FilterChange } from './connection-filters';
import { ConnectionFocus } from './connection-focus';
import { Above, ConnectionList } from './connection-list';
import { ConnectionRow } from './connection-row';
import { OwnRequests } from './own-requests';
import { EndTarget, MOST_MATCHING } from './end-connections';
import { EndFlow } from './end-flow';
import { EndingSoon } from './ending-soon';

/** A list that is short enough to be looked through needs no filters. */
const SHORT = 8;

/** What each list is about, for admins and for everybody else. */
const INTROS = {
  active: { admin: 'connections.intro.activeAdmin', own: 'connections.intro.active' },
  ended: { admin: 'connections.intro.endedAdmin', own: 'connections.intro.ended' },
  apps: { admin: 'connections.intro.apps', own: 'connections.intro.apps' },
} as const;

const NOTHING_FOUND = { text: 'connections.empty.filteredTitle', values: {} };

/** What is connected, what was, and what can be. All that narrows a list is in the address. */
@Component({
  selector: 'fx-connections-page',
  changeDetection: ChangeDetectionStrategy.OnPush,
  imports: [
    AvailableApps,
    ConnectionFilters,
    ConnectionRow,
    EndingSoon,
    FullName,
    Icon,
    LoadError,
    OwnRequests,
    PageState,
    RouterLink,
    StaleNotice,
    TranslocoDirective,
    Waiting,
  ],
  providers: [ConnectionChanges],
  templateUrl: './connections-page.html',
  styleUrl: './connections-page.scss',
})
export class ConnectionsPage {
  readonly list = input<string>();
  readonly q = input<string>();
  readonly person = input<string>();
  readonly app = input<string>();
  readonly health = input<string>();
  readonly sort = input<string>();

  protected readonly connections = inject(ConnectionList);
  protected readonly selection = this.connections.selection;
  protected readonly formats = inject(Formats);
  protected readonly session = inject(SessionStore);
  private readonly knownScopes = inject(KnownScopes);
  protected readonly changes = inject(ConnectionChanges);
  private readonly endFlow = inject(EndFlow);
  private readonly router = inject(Router);
  protected readonly focus = new ConnectionFocus();
  private readonly focusLater = focusLater();
  private readonly apps = viewChild(AvailableApps);
  private readonly chosenBar = viewChild<ElementRef<HTMLElement>>('chosenBar');

  protected readonly tab = computed(() => {
    const list = this.list();
    return list === 'ended' || list === 'apps' ? list : 'active';
  });
  protected readonly ended = computed(() => this.tab() === 'ended');
  protected readonly tabs = [
    { tab: 'active', list: null, text: 'connections.tabs.active' },
    { tab: 'ended', list: 'ended', text: 'connections.tabs.ended' },
    { tab: 'apps', list: 'apps', text: 'connections.tabs.apps' },
  ] as const;
  protected readonly heard = computed(
    () => this.tabs.find(({ tab }) => tab === this.tab())?.text ?? this.tabs[0].text,
  );

  protected readonly intro = computed(
    () => INTROS[this.tab()][this.session.isAdmin() ? 'admin' : 'own'],
  );

  protected readonly filter = computed(() =>
    filterFrom(
      {
        q: this.q(),
        person: this.person(),
        app: this.app(),
        health: this.health(),
        sort: this.sort(),
      },
      this.ended() ? 'revoked' : 'active',
      this.session.user()?.id ?? null,
    ),
  );
  protected readonly filtered = computed(() => {
    const { q, userId, clientId, health } = this.filter();
    return Boolean(q ?? userId ?? clientId ?? health);
  });
  protected readonly filters = computed(
    () =>
      this.session.isAdmin() ||
      this.filtered() ||
      this.filter().sort !== null ||
      this.connections.total() > SHORT,
  );

  private readonly clientList = apiWholeList<UsedClient>(() =>
    this.tab() !== 'apps' && this.filters() ? '/user/v7/connections/clients' : undefined,
  );
  protected readonly clients = keptValue(this.clientList);

  protected readonly chosen = chosenPerson({
    userId: () => this.filter().userId,
    asked: () => this.tab() !== 'apps' && this.session.isAdmin(),
  });
  protected readonly personName = computed(() => {
    const person = this.chosen.person();
    const [first] = this.connections.connections() ?? [];
    // Which one of several it is says the address.
    return first?.namesake && person?.id === first.grantedBy.id
      ? nameAndEmail(person)
      : person && fullName(person);
  });

  protected readonly csv = computed(() => {
    const query = queryOf(this.filter());
    query.set('language', this.formats.language());
    query.set('timeZone', Intl.DateTimeFormat().resolvedOptions().timeZone);
    return `/user/v7/connections/export?${query}`;
  });

  /** Where the controls that say it are left out. */
  protected readonly printed = computed(() => {
    const { clientId } = this.filter();
    return inWords(this.filter(), {
      list: this.heard(),
      person: this.personName(),
      app: this.clients()?.find((client) => client.clientId === clientId)?.name,
    });
  });

  /** Offered to an admin who looks at one person or one application. */
  protected readonly endAllTarget = computed<EndTarget | null>(() => {
    const { q, userId, clientId, health } = this.filter();
    const shown = this.connections.connections();
    if (!this.session.isAdmin() || this.ended() || q || health || !shown?.length) return null;
    const person = this.chosen.person();
    const app = this.clients()?.find((client) => client.clientId === clientId);
    if (person && !clientId) return { kind: 'person', person };
    if (app && !userId) return { kind: 'app', clientId: app.clientId, appName: app.name };
    return null;
  });

  /** What a choice without any connection means, in the words of the choice. */
  protected readonly emptyHeading = computed(() => {
    const { q, clientId, health } = this.filter();
    const person = this.chosen.person();
    const app = this.clients()?.find((client) => client.clientId === clientId);
    const one = Boolean(person) !== Boolean(app);
    if (this.ended() || q || health || !one) return NOTHING_FOUND;
    return person
      ? { text: 'connections.empty.filteredPerson', values: { person: fullName(person) } }
      : { text: 'connections.empty.filteredApp', values: { app: app?.name } };
  });

  /** Whether what is not listed yet can be chosen, too. */
  protected readonly moreToChoose = computed(
    () =>
      this.selection.all() &&
      !this.selection.whole() &&
      this.connections.hasMore() &&
      this.connections.total() <= MOST_MATCHING,
  );
  protected readonly chosenCount = computed(() =>
    this.selection.whole() ? this.connections.total() : this.selection.chosen().length,
  );
  /** Whether their number is said: also that nothing was found, which nobody hears otherwise. */
  protected readonly counted = computed(
    () =>
      !this.connections.outdated() &&
      (this.filtered()
        ? this.connections.connections() !== undefined
        : this.connections.total() > 0),
  );
  /** Read out when the list has changed under the reader's eyes. */
  protected readonly news = signal('');

  protected readonly listPainted = signal(false);
  /** For what of it a place is kept, so that nothing moves when it comes. */
  protected readonly above = computed<Above>(() => {
    const news = this.session.session()?.news;
    return {
      reminders: (news?.endingConnections ?? 0) > 0,
      requests: (news?.approvalRequests ?? 0) > 0,
      ...this.connections.above(),
    };
  });
  protected readonly icons = { searchOff, link, history, download };

  constructor() {
    const kept = untracked(() => this.connections.connections());
    effect(() => {
      if (this.tab() === 'apps') return;
      this.connections.filter.set(this.filter());
    });
    effect(() =>
      this.connections.address.set({
        list: this.list(),
        q: this.q(),
        person: this.person(),
        app: this.app(),
        health: this.health(),
        sort: this.sort(),
      }),
    );
    effect(() => {
      if (this.changes.version() > 0) untracked(() => this.follow());
    });
    effect(() => {
      if (this.listPainted()) return;
      const { connections, error } = this.connections;
      if (this.tab() !== 'apps' && !connections() && !error()) return;
      requestAnimationFrame(() => setTimeout(() => this.listPainted.set(true)));
    });
    // Nobody has followed what happened while another page was shown.
    if (kept) afterNextRender(() => void this.connections.sync());
    const { opened } = this.connections;
    this.connections.opened = null;
    if (opened !== null) this.focus.comeBackTo(opened);
    this.announceChanges();
  }

  protected know(above: Partial<Above>): void {
    this.connections.above.update((before) => ({ ...before, ...above }));
  }

  protected reload(): void {
    this.knownScopes.retry();
    this.connections.reload();
  }

  protected choosePerson(person: TeamUser | null): void {
    this.chosen.pick(person);
    this.narrow({ name: 'person', value: person?.id ?? null });
  }

  protected narrow({
    name,
    value,
  }: {
    name: FilterChange['name'] | 'person';
    value: string | null;
  }): void {
    void this.router.navigate([], {
      queryParams: { [name]: value },
      queryParamsHandling: 'merge',
      replaceUrl: true,
    });
  }

  protected leave(id: string): void {
    this.connections.opened = { id, top: this.focus.topOf(id) };
  }

  protected async more(): Promise<void> {
    const first = await this.connections.more();
    // The button may have gone, and the focus with it.
    if (first) this.focus.row(first.id);
  }

  protected keepInSight(event: FocusEvent): void {
    const bar = this.chosenBar()?.nativeElement;
    if (bar) keepInSight(event, bar);
  }

  protected chooseWhole(): void {
    this.selection.whole.set(true);
    this.focusLater('.chosen .fx-button');
  }

  protected chooseNone(): void {
    this.selection.clear();
    this.focus.heading();
  }

  protected endOne(connection: Connection): void {
    const own = connection.grantedBy.id === this.session.user()?.id;
    void this.end({
      kind: 'one',
      connectionId: connection.id,
      clientId: connection.client.clientId,
      appName: connection.client.name,
      owner: own ? null : connection.grantedBy,
    });
  }

  protected endChosen(): void {
    if (this.selection.whole()) {
      const filter = this.filter();
      const own = !this.session.isAdmin() || filter.userId === filter.viewer;
      void this.end({ kind: 'matching', filter, own });
      return;
    }
    const connections = this.selection.chosen();
    const [first] = connections;
    if (first && connections.length === 1) this.endOne(first);
    else if (first) void this.end({ kind: 'some', connections });
  }

  protected async end(target: EndTarget): Promise<void> {
    const release = this.connections.hold();
    try {
      const before = this.connections.connections() ?? [];
      if (!(await this.endFlow.run(target))) return;
      if (target.kind === 'one' || target.kind === 'some') {
        const ids =
          target.kind === 'one' ? [target.connectionId] : target.connections.map(({ id }) => id);
        this.connections.remove(ids);
        const rows = this.connections.connections() ?? [];
        this.focus.near(
          rows,
          before.findIndex(({ id }) => ids.includes(id)),
        );
      } else {
        this.selection.clear();
        this.connections.reload();
        this.focus.heading();
      }
    } finally {
      release();
    }
  }

  private follow(): void {
    void this.connections.sync();
    this.apps()?.reload();
  }

  private announceChanges(): void {
    let before: { filter: ConnectionFilter | undefined; ids: string[] } | undefined;
    effect(() => {
      const ids = this.connections.connections()?.map(({ id }) => id);
      const version = this.changes.version();
      const filter = this.connections.filter();
      if (!ids) return;
      const changed = before?.filter === filter && !isSameData(before?.ids, ids);
      if (before && changed && version > 0) {
        this.news.set('connections.updated');
      }
      before = { filter, ids };
    });
  }
}
