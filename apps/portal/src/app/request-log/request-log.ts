import {
  ChangeDetectionStrategy,
  Component,
  computed,
  DestroyRef,
  DOCUMENT,
  effect,
  inject,
  input,
  linkedSignal,
  output,
  viewChild,
} from '@angular/core';
import { toSignal } from '@angular/core/rxjs-interop';
import { ActivatedRoute, Params, Router, RouterLink } from '@angular/router';
import { TranslocoDirective } from '@jsverse/transloco';
import history from '@material-symbols/svg-400/rounded/history.svg';
import { Api } from '../api/api';
import { idFrom, searchFrom } from '../api/address-words';
import { pagedList } from '../api/paged-list';
import { ListEnvelope, OAuthRequest } from '../api/types';
import { Formats } from '../i18n/formats';
import { come } from '../ui/come';
import { focusLater } from '../ui/focus-later';
import { SettingsSection } from '../ui/settings-section';
import { isMistake } from '../try-it/mistake-names';
import { LoadError } from '../ui/load-error';
import { LoadMore } from '../ui/load-more';
import { Moment } from '../ui/moment';
import { PageState } from '../ui/page-state';
import { SearchField } from '../ui/search-field';
import { Waiting } from '../ui/waiting';
import { endpointText, explain } from './request-words';

const PAGE_SIZE = 20;
const LOOK_EVERY_MS = 5000;
const HOUR_MS = 3_600_000;

const OUTCOMES = [
  { value: 'failure', text: 'requests.outcome.failure' },
  { value: 'success', text: 'requests.outcome.success' },
];

/** How far back, in hours. */
const PERIODS = [
  { value: '1', text: 'requests.period.hour' },
  { value: '24', text: 'requests.period.day' },
  { value: '168', text: 'requests.period.week' },
];

/**
 * What a client has asked for, and what was wrong with it, newest first. New requests appear while
 * the page is open. Who may look is for the address to decide.
 */
@Component({
  selector: 'fx-request-log',
  changeDetection: ChangeDetectionStrategy.OnPush,
  host: { '[class.coming]': '!come()' },
  imports: [
    LoadError,
    LoadMore,
    Moment,
    PageState,
    RouterLink,
    SearchField,
    SettingsSection,
    TranslocoDirective,
    Waiting,
  ],
  templateUrl: './request-log.html',
  styleUrl: './request-log.scss',
})
export class RequestLog {
  /** Where the API has the log: `…/requests`. */
  readonly url = input.required<string>();
  /** The page on which a developer makes mistakes on purpose; null for who has none. */
  readonly tryAt = input<readonly string[] | null>(null);

  /** Something has come since the page was read. */
  readonly arrived = output();

  protected readonly formats = inject(Formats);
  private readonly api = inject(Api);
  private readonly document = inject(DOCUMENT);

  private readonly router = inject(Router);
  private readonly route = inject(ActivatedRoute);
  private readonly section = viewChild(SettingsSection);
  private readonly focusLater = focusLater();

  // What narrows the list is in the address, to be kept and sent.
  private readonly address = toSignal(this.route.queryParamMap, {
    initialValue: this.route.snapshot.queryParamMap,
  });
  protected readonly outcome = computed(() => this.chosenOf(OUTCOMES, 'outcome'));
  protected readonly hours = computed(() => this.chosenOf(PERIODS, 'hours'));
  /** A part of a reason, or the beginning of a request id. */
  protected readonly words = computed(() => searchFrom(this.address().get('q') ?? '') ?? '');
  protected readonly outcomes = OUTCOMES;
  protected readonly periods = PERIODS;
  protected readonly endpointText = endpointText;
  protected readonly explain = explain;
  protected readonly isMistake = isMistake;
  protected readonly icons = { history };
  protected readonly narrowed = computed(() => [...this.query().keys()].length > 1);

  private readonly query = computed(() => {
    const query = new URLSearchParams({ limit: String(PAGE_SIZE) });
    if (this.outcome()) query.set('outcome', this.outcome());
    const hours = Number(this.hours());
    if (hours) query.set('since', new Date(Date.now() - hours * HOUR_MS).toISOString());
    const words = this.words();
    if (idFrom(words)) query.set('requestId', words);
    // A reason is words joined by underscores; an id has hyphens, and its beginning is enough.
    else if (words) query.set('q', words.toLowerCase().replaceAll(/\s+/g, '_').slice(0, 100));
    return query;
  });
  private readonly path = computed(() => `${this.url()}?${this.query()}`);
  protected readonly list = pagedList<OAuthRequest>(() => this.path());
  protected readonly come = come(() => !!this.list.items() || !!this.list.error());
  /** Those that have come since the first page was read. */
  private readonly fresh = linkedSignal<string, OAuthRequest[]>({
    source: () => this.path(),
    computation: () => [],
  });
  protected readonly entries = computed(() => {
    const read = this.list.items();
    if (!read) return null;
    const known = new Set(read.map(({ requestId }) => requestId));
    const fresh = this.fresh().filter(({ requestId }) => !known.has(requestId));
    return [...fresh, ...read];
  });

  constructor() {
    let timer: ReturnType<typeof setInterval> | undefined;
    effect(() => {
      const path = this.path();
      clearInterval(timer);
      timer = setInterval(() => void this.look(path), LOOK_EVERY_MS);
    });
    inject(DestroyRef).onDestroy(() => clearInterval(timer));
  }

  protected narrow(name: 'outcome' | 'hours', event: Event): void {
    this.show({ [name]: (event.target as HTMLSelectElement).value || null });
  }

  protected search(words: string): void {
    this.show({ q: words || null });
  }

  /** The guide has a paragraph for each reason. */
  protected guideOf({ reason }: OAuthRequest): string {
    return `/docs/guide/request-log${reason ? `#${reason}` : ''}`;
  }

  /** Shows every request that failed, and goes there. */
  showFailures(): void {
    this.show({ outcome: 'failure', hours: null, q: null });
    this.section()?.focus();
  }

  protected showAll(): void {
    this.show({ outcome: null, hours: null, q: null });
  }

  private show(queryParams: Params): void {
    void this.router.navigate([], {
      relativeTo: this.route,
      queryParams,
      queryParamsHandling: 'merge',
      replaceUrl: true,
      // The log stands among other parts of its page.
      scroll: 'manual',
    });
  }

  /** What the address names and the log does not know is ignored. */
  private chosenOf(choices: readonly { value: string }[], name: 'outcome' | 'hours'): string {
    const chosen = this.address().get(name);
    return choices.find(({ value }) => value === chosen)?.value ?? '';
  }

  /** The button may have gone, and the focus with it: the first of the older requests takes it. */
  protected async loadMore(): Promise<void> {
    const first = await this.list.loadMore();
    if (first) this.focusLater(`[data-request="${CSS.escape(first.requestId)}"]`);
  }

  /** Looks for new requests. A failure changes nothing: the next look comes soon. */
  private async look(path: string): Promise<void> {
    if (this.document.visibilityState !== 'visible' || !this.list.items()) return;
    try {
      const { resources } = await this.api.get<ListEnvelope<OAuthRequest>>(path);
      if (path !== this.path()) return;
      const known = new Set(this.entries()?.map(({ requestId }) => requestId));
      const fresh = resources.filter(({ requestId }) => !known.has(requestId));
      if (fresh.length === 0) return;
      this.fresh.update((before) => [...fresh, ...before]);
      this.arrived.emit();
    } catch {
      // The list says when it could not be read; this only adds to it.
    }
  }
}
