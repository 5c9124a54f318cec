import { NgTemplateOutlet } from '@angular/common';
import { ChangeDetectionStrategy, Component, computed, inject, input } from '@angular/core';
import { Params, Router, RouterLink } from '@angular/router';
import { TranslocoDirective } from '@jsverse/transloco';
import block from '@material-symbols/svg-400/rounded/block.svg';
import download from '@material-symbols/svg-400/rounded/download.svg';
import history from '@material-symbols/svg-400/rounded/history.svg';
import { idFrom, searchFrom } from '../api/address-words';
import { pagedList } from '../api/paged-list';
import { AuditRecord } from '../api/types';
import { Formats } from '../i18n/formats';
import { FullName } from '../people/full-name';
import { KnownScopes } from '../scopes/known-scopes';
import { scopeName } from '../scopes/scope-words';
import { SessionStore } from '../session/session-store';
import { focusLater } from '../ui/focus-later';
import { Icon } from '../ui/icon';
import { LoadError } from '../ui/load-error';
import { LoadMore } from '../ui/load-more';
import { Moment } from '../ui/moment';
import { PageState } from '../ui/page-state';
import { SearchField } from '../ui/search-field';
import { Waiting } from '../ui/waiting';
import { auditDetails, connectionName, countOf, nameAndAddress } from './audit-details';
import { AUDIT_KINDS, auditWords, EVERYTHING, LEFT_OUT } from './audit-words';

/** How far back, in days. */
const PERIODS = [
  { value: '1', text: 'audit.period.day' },
  { value: '7', text: 'audit.period.week' },
  { value: '30', text: 'audit.period.month' },
];
const DAY_MS = 86_400_000;
/** Whose sentence names the company. */
const NAMING_COMPANY: ReadonlySet<AuditRecord['action']> = new Set([
  'account_closed',
  'account_created',
  'account_reopened',
]);

/** For admins: who did what in the account. For operators: in all of them. */
@Component({
  selector: 'fx-audit-page',
  changeDetection: ChangeDetectionStrategy.OnPush,
  imports: [
    FullName,
    Icon,
    LoadError,
    LoadMore,
    Moment,
    NgTemplateOutlet,
    PageState,
    RouterLink,
    SearchField,
    TranslocoDirective,
    Waiting,
  ],
  templateUrl: './audit-page.html',
  styleUrl: './audit-page.scss',
})
export class AuditPage {
  protected readonly connectionName = connectionName;
  protected readonly nameAndAddress = nameAndAddress;
  protected readonly formats = inject(Formats);
  protected readonly session = inject(SessionStore);
  private readonly knownScopes = inject(KnownScopes);
  private readonly router = inject(Router);
  private readonly focusLater = focusLater();

  // What narrows the list is in the address, to be kept and sent.
  readonly kind = input<string>();
  readonly days = input<string>();
  readonly person = input<string>();
  readonly q = input<string>();

  protected readonly kinds = Object.entries(AUDIT_KINDS).map(([value, { text }]) => ({
    value,
    text,
  }));
  protected readonly periods = PERIODS;
  protected readonly icons = { block, download, history };
  protected readonly everything = EVERYTHING;
  protected readonly narrowed = computed(() =>
    [...this.query().keys()].some((name) => name !== 'exceptAction'),
  );
  private readonly query = computed(() => {
    const query = new URLSearchParams();
    const actions = AUDIT_KINDS[this.kind() ?? '']?.actions;
    if (actions) query.set('action', actions.join(','));
    else if (this.kind() !== EVERYTHING) query.set('exceptAction', LEFT_OUT.join(','));
    const days = PERIODS.find(({ value }) => value === this.days())?.value;
    if (days) query.set('since', new Date(Date.now() - Number(days) * DAY_MS).toISOString());
    const person = idFrom(this.person());
    if (person) query.set('userId', person);
    const q = searchFrom(this.q());
    if (q) query.set('q', q);
    return query;
  });
  protected readonly operator = computed(() => this.session.user()?.role === 'operator');
  private readonly base = computed(() =>
    this.operator() ? '/admin/v7/audit-records' : '/user/v7/audit-records',
  );
  protected readonly list = pagedList<AuditRecord>(() => {
    // Where it is not known who asks, the API decides.
    const user = this.session.user();
    if (user && user.role === 'member') return undefined;
    return `${this.base()}?${this.query()}`;
  });
  protected readonly entries = computed(() =>
    this.list.items()?.map((record) => ({
      record,
      words: auditWords(record),
      count: countOf(record),
      details: auditDetails(record),
    })),
  );
  protected readonly forbidden = computed(
    () => this.session.user()?.role === 'member' || this.list.forbidden(),
  );
  protected readonly csv = computed(() => {
    const query = new URLSearchParams(this.query());
    query.set('language', this.formats.language());
    query.set('timeZone', Intl.DateTimeFormat().resolvedOptions().timeZone);
    return `${this.base()}/export?${query}`;
  });

  protected text({ detail }: AuditRecord, name: string): string {
    const value = detail[name];
    return typeof value === 'string' || typeof value === 'number' ? String(value) : '';
  }

  /** Which company an operator reads of, where it is another one and the sentence does not name it. */
  protected companyOf({ account, action }: AuditRecord): string | null {
    if (!this.operator() || !account || NAMING_COMPANY.has(action)) return null;
    return account.id === this.session.session()?.account.id ? null : account.name;
  }

  protected scopeName(scope: string): string {
    return scopeName(scope, this.knownScopes.table(), this.formats.language());
  }

  protected search(q: string): void {
    this.show({ q: q || null });
  }

  protected narrow(name: string, event: Event): void {
    const { value } = event.target as HTMLSelectElement;
    this.show({ [name]: value || null });
  }

  protected showAll(): void {
    this.show({ kind: null, days: null, person: null, q: null });
  }

  private show(queryParams: Params): void {
    void this.router.navigate([], {
      queryParams,
      queryParamsHandling: 'merge',
      replaceUrl: true,
    });
  }

  /** The button may have gone, and the focus with it: the first of the older records takes it. */
  protected async loadMore(): Promise<void> {
    const first = await this.list.loadMore();
    if (first) this.focusLater(`[data-record="${CSS.escape(first.id)}"]`);
  }
}
