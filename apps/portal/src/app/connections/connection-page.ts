import {
  afterNextRender,
  ChangeDetectionStrategy,
  Component,
  computed,
  DOCUMENT,
  effect,
  inject,
  Injector,
  input,
  untracked,
} from '@angular/core';
import { RouterLink } from '@angular/router';
import { TranslocoDirective } from '@jsverse/transloco';
import check from '@material-symbols/svg-400/rounded/check.svg';
import searchOff from '@material-symbols/svg-400/rounded/search_off.svg';
import { apiResource, keptValue } from '../api/api-resource';
import { apiErrorFrom } from '../api/problem';
import { ConnectionDetail, Envelope } from '../api/types';
import { Formats } from '../i18n/formats';
import { fullName } from '../people/full-name';
import { KnownScopes } from '../scopes/known-scopes';
import { rightsOf, viewOnlyPart } from '../scopes/scope-words';
import { SessionStore } from '../session/session-store';
import { BackLink } from '../ui/back-link';
import { ClientLogo } from '../ui/client-logo';
import { Icon } from '../ui/icon';
import { listLeft } from '../ui/list-left';
import { LoadError } from '../ui/load-error';
import { PageFocus } from '../ui/page-focus';
import { PageState } from '../ui/page-state';
import { Publisher } from '../ui/publisher';
import { StaleNotice } from '../ui/stale-notice';
import { Waiting } from '../ui/waiting';
import { ConnectAgain } from './connect-again';
import { ConnectionChanges } from './connection-changes';
import { ConnectionEvents } from './connection-events';
import { ConnectionList } from './connection-list';
import { endedText, HEALTH } from './connection-texts';
import { EndFlow } from './end-flow';
import { HealthChip } from './health-chip';
import { ReduceFlow } from './reduce-flow';
import { TimeLimitForm } from './time-limit-form';
import { UsageChart } from './usage-chart';

/** One connection: who, what, since when, how much, and everything that happened to it. */
@Component({
  selector: 'fx-connection-page',
  changeDetection: ChangeDetectionStrategy.OnPush,
  imports: [
    BackLink,
    ClientLogo,
    ConnectAgain,
    ConnectionEvents,
    HealthChip,
    Icon,
    LoadError,
    PageState,
    Publisher,
    RouterLink,
    StaleNotice,
    TimeLimitForm,
    TranslocoDirective,
    UsageChart,
    Waiting,
  ],
  providers: [ConnectionChanges],
  templateUrl: './connection-page.html',
  styleUrl: './connection-page.scss',
})
export class ConnectionPage {
  readonly id = input.required<string>();

  protected readonly formats = inject(Formats);
  protected readonly changes = inject(ConnectionChanges);
  private readonly session = inject(SessionStore);
  private readonly knownScopes = inject(KnownScopes);
  private readonly endFlow = inject(EndFlow);
  private readonly reduceFlow = inject(ReduceFlow);
  private readonly pageFocus = inject(PageFocus);
  private readonly document = inject(DOCUMENT);
  private readonly injector = inject(Injector);
  /** Where the reader came from, as it was left. */
  protected readonly list = inject(ConnectionList);

  private readonly detail = apiResource<Envelope<ConnectionDetail>>(
    () => `/user/v7/connections/${encodeURIComponent(this.id())}`,
  );
  private readonly kept = keptValue(this.detail, () => this.id());
  protected readonly connection = computed(() =>
    this.knownScopes.loading() ? undefined : this.kept()?.resource,
  );
  protected readonly error = computed(() =>
    this.detail.status() === 'error' ? this.detail.error() : undefined,
  );
  protected readonly notFound = computed(() => {
    const error = this.error();
    if (!error) return false;
    const { status } = apiErrorFrom(error).problem;
    // A malformed id is as unknown as one that does not exist.
    return status === 404 || status === 400;
  });

  protected readonly own = computed(
    () => this.connection()?.grantedBy.id === this.session.user()?.id,
  );
  /** Who has granted it in advance, in words for whoever reads them. */
  protected readonly inAdvance = computed(() => {
    const by = this.connection()?.grantedInAdvance?.by;
    if (!by) return 'connections.detail.inAdvance.byNobody';
    return by.id === this.session.user()?.id
      ? 'connections.detail.inAdvance.bySelf'
      : 'connections.detail.inAdvance.by';
  });
  protected readonly notAsked = computed(() => {
    if (!this.own()) return 'connections.detail.inAdvance.other';
    return this.connection()?.status === 'active'
      ? 'connections.detail.inAdvance.own'
      : 'connections.detail.inAdvance.ownEnded';
  });
  protected readonly healthSentence = computed(() => {
    const { explanation, forOthers } = HEALTH[this.connection()?.health ?? 'ok'];
    return this.own() ? explanation : (forOthers ?? explanation);
  });
  protected readonly may = computed(() => {
    const scope = this.connection()?.scope ?? '';
    const rights = rightsOf(scope, this.knownScopes.table());
    return rights.length > 0 ? rights.map((right) => right[this.formats.language()]) : [scope];
  });
  /** What it can be reduced to; null where it cannot. */
  protected readonly viewOnlyScope = computed(() => {
    const { status, scope } = this.connection() ?? {};
    return status === 'active' && scope ? viewOnlyPart(scope, this.knownScopes.table()) : null;
  });
  protected readonly mayNeedAnother = computed(
    () => this.own() && ['refresh_refused', 'ended'].includes(this.connection()?.health ?? ''),
  );
  protected readonly endedText = computed(() => {
    const { revokedBy, revocationReason } = this.connection() ?? {};
    const byReader = !!revokedBy && revokedBy.id === this.session.user()?.id;
    return endedText(revocationReason ?? null, byReader);
  });
  protected readonly icons = { check, searchOff };
  protected readonly fullName = fullName;

  constructor() {
    // A reload has forgotten the list, but not how it was narrowed when it was left for this page.
    const left = listLeft();
    if (left) this.list.address.set(left);
    // Also for whoever has come by the browser's buttons, the list begins where they were.
    effect(() => {
      if (this.list.opened?.id !== this.id()) this.list.opened = { id: this.id() };
    });
    effect(() => {
      if (this.changes.version() > 0) untracked(() => this.detail.reload());
    });
    // What has the focus may go with what has ended elsewhere.
    effect(() => {
      if (!this.connection()) return;
      const focused = this.document.activeElement;
      const seeToIt = () => focused?.isConnected || this.pageFocus.focusHeading();
      untracked(() => afterNextRender(seeToIt, { injector: this.injector }));
    });
  }

  protected inAdvanceBy({ at, by }: NonNullable<ConnectionDetail['grantedInAdvance']>) {
    return { admin: by ? fullName(by) : '', date: this.formats.date(at) };
  }

  protected retry(): void {
    this.knownScopes.retry();
    this.detail.reload();
  }

  protected async end(connection: ConnectionDetail): Promise<void> {
    const ended = await this.endFlow.run({
      kind: 'one',
      connectionId: connection.id,
      clientId: connection.client.clientId,
      appName: connection.client.name,
      owner: this.own() ? null : connection.grantedBy,
    });
    if (!ended) return;
    this.list.remove([connection.id]);
    this.changes.note();
    this.pageFocus.focusHeading();
  }

  protected async reduce(connection: ConnectionDetail, viewOnlyScope: string): Promise<void> {
    const changed = await this.reduceFlow.run({
      connectionId: connection.id,
      appName: connection.client.name,
      viewOnlyScope,
      ownerName: this.own() ? null : fullName(connection.grantedBy),
    });
    if (!changed) return;
    this.changes.note();
    // The button that has asked goes with what it has taken away.
    this.pageFocus.focusHeading();
  }
}
