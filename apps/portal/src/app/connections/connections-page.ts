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
  viewChild,
} from '@angular/core';
import { Router, RouterLink } from '@angular/router';
import { TranslocoDirective } from '@jsverse/transloco';
import search from '@material-symbols/svg-400/rounded/search.svg';
import searchOff from '@material-symbols/svg-400/rounded/search_off.svg';
import link from '@material-symbols/svg-400/rounded/link.svg';
import history from '@material-symbols/svg-400/rounded/history.svg';
import { apiWholeList, keptValue } from '../api/api-resource';
import { AvailableClient, Connection, TeamUser } from '../api/types';
import { Formats } from '../i18n/formats';
import { SessionStore } from '../session/session-store';
import { Icon } from '../ui/icon';
import { LoadError } from '../ui/load-error';
import { PageState } from '../ui/page-state';
import { StaleNotice } from '../ui/stale-notice';
import { Waiting } from '../ui/waiting';
import { ClientCard } from './client-card';
import { ConnectionChanges } from './connection-changes';
import { ConnectionList } from './connection-list';
import { ConnectionRow } from './connection-row';
import { fullName } from './connection-texts';
import { EndTarget } from './end-connections';
import { EndFlow } from './end-flow';

const NOTHING_FOUND = { text: 'connections.empty.filteredTitle', values: {} };

/** What is connected, what was, and what can be. Filters and the list shown are in the address. */
@Component({
  selector: 'fx-connections-page',
  changeDetection: ChangeDetectionStrategy.OnPush,
  imports: [
    ClientCard,
    ConnectionRow,
    Icon,
    LoadError,
    PageState,
    RouterLink,
    StaleNotice,
    TranslocoDirective,
    Waiting,
  ],
  providers: [ConnectionChanges, ConnectionList],
  templateUrl: './connections-page.html',
  styleUrl: './connections-page.scss',
})
export class ConnectionsPage {
  readonly list = input<string>();
  readonly person = input<string>();
  readonly app = input<string>();

  protected readonly connections = inject(ConnectionList);
  protected readonly formats = inject(Formats);
  protected readonly session = inject(SessionStore);
  private readonly changes = inject(ConnectionChanges);
  private readonly endFlow = inject(EndFlow);
  private readonly router = inject(Router);
  private readonly injector = inject(Injector);
  private readonly heading = viewChild<ElementRef<HTMLElement>>('listHeading');

  protected readonly ended = computed(() => this.list() === 'ended');
  protected readonly filtered = computed(() => Boolean(this.person() || this.app()));

  private readonly clientList = apiWholeList<AvailableClient>(() => '/user/v7/oauth-clients');
  protected readonly clients = keptValue(this.clientList);
  protected readonly clientsError = computed(() =>
    this.clientList.status() === 'error' ? this.clientList.error() : undefined,
  );
  private readonly userList = apiWholeList<TeamUser>(() =>
    this.session.isAdmin() ? '/user/v7/users' : undefined,
  );
  protected readonly people = computed(() =>
    this.userList.hasValue() ? this.userList.value() : [],
  );

  protected readonly term = signal('');
  protected readonly found = computed(() => {
    const term = this.term().trim().toLocaleLowerCase();
    return this.clients()?.filter(({ name, publisher, description }) =>
      `${name} ${publisher} ${description}`.toLocaleLowerCase().includes(term),
    );
  });

  /** Offered to an admin who looks at one person or one application. */
  protected readonly endAllTarget = computed<EndTarget | null>(() => {
    const shown = this.connections.connections();
    if (!this.session.isAdmin() || this.ended() || !shown?.length) return null;
    const person = this.people().find(({ id }) => id === this.person());
    const app = this.clients()?.find(({ clientId }) => clientId === this.app());
    if (person && !this.app()) {
      return { kind: 'person', userId: person.id, personName: fullName(person) };
    }
    if (app && !this.person()) {
      return { kind: 'app', clientId: app.clientId, appName: app.name };
    }
    return null;
  });

  /** What a choice without any connection means, in the words of the choice. */
  protected readonly emptyHeading = computed(() => {
    const person = this.people().find(({ id }) => id === this.person());
    const app = this.clients()?.find(({ clientId }) => clientId === this.app());
    if (this.ended() || Boolean(person) === Boolean(app)) return NOTHING_FOUND;
    return person
      ? { text: 'connections.empty.filteredPerson', values: { person: fullName(person) } }
      : { text: 'connections.empty.filteredApp', values: { app: app?.name } };
  });

  /** Read out when the list has changed under the reader's eyes. */
  protected readonly news = signal('');

  protected readonly icons = { search, searchOff, link, history };
  protected readonly fullName = fullName;

  constructor() {
    effect(() =>
      this.connections.filter.set({
        status: this.ended() ? 'revoked' : 'active',
        userId: this.person() || null,
        clientId: this.app() || null,
      }),
    );
    effect(() => {
      if (this.changes.version() > 0) untracked(() => this.reload());
    });
    this.announceChanges();
  }

  protected reload(): void {
    this.connections.reload();
    this.clientList.reload();
  }

  protected retryClients(): void {
    this.clientList.reload();
  }

  protected filterBy(name: 'person' | 'app', event: Event): void {
    const { value } = event.target as HTMLSelectElement;
    void this.router.navigate([], {
      queryParams: { [name]: value || null },
      queryParamsHandling: 'merge',
      replaceUrl: true,
    });
  }

  protected searchFor(event: Event): void {
    this.term.set((event.target as HTMLInputElement).value);
  }

  protected endOne(connection: Connection): void {
    const own = connection.grantedBy.id === this.session.user()?.id;
    void this.end({
      kind: 'one',
      connectionId: connection.id,
      appName: connection.client.name,
      ownerName: own ? null : fullName(connection.grantedBy),
    });
  }

  protected async end(target: EndTarget): Promise<void> {
    if (!(await this.endFlow.run(target))) return;
    this.reload();
    // The button that opened the dialog goes with its row.
    afterNextRender(() => this.heading()?.nativeElement.focus(), { injector: this.injector });
  }

  private announceChanges(): void {
    let before: string | undefined;
    effect(() => {
      const ids = this.connections.connections()?.map(({ id }) => id);
      const version = this.changes.version();
      const filter = JSON.stringify(this.connections.filter());
      if (!ids) return;
      const now = `${filter} ${ids.join()}`;
      if (before?.startsWith(filter) && before !== now && version > 0) {
        this.news.set('connections.updated');
      }
      before = now;
    });
  }
}
