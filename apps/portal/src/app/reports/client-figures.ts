import { ChangeDetectionStrategy, Component, computed, inject, input, signal } from '@angular/core';
import { TranslocoDirective } from '@jsverse/transloco';
import barChart from '@material-symbols/svg-400/rounded/bar_chart.svg';
import { apiResource, keptValue } from '../api/api-resource';
import { ClientDay, ClientStatistics, Envelope } from '../api/types';
import { Formats } from '../i18n/formats';
import { come } from '../ui/come';
import { SettingsSection } from '../ui/settings-section';
import { DayBars } from '../ui/day-bars';
import { LoadError } from '../ui/load-error';
import { PageState } from '../ui/page-state';
import { Waiting } from '../ui/waiting';
import { failureReasons, failuresOf } from './failure-reasons';

const PERIODS = [
  { days: 30, text: 'reports.period.month' },
  { days: 90, text: 'reports.period.quarter' },
];

/** The figures of a day, in the order in which they are shown. */
const FIGURES = [
  { name: 'exchanges', text: 'reports.figure.exchanges', of: (day: ClientDay) => day.exchanges },
  { name: 'refreshes', text: 'reports.figure.refreshes', of: (day: ClientDay) => day.refreshes },
  { name: 'failures', text: 'reports.figure.failures', of: failuresOf },
  {
    name: 'connections',
    text: 'reports.figure.connections',
    of: (day: ClientDay) => day.activeConnections,
  },
];

/**
 * What a client has done day by day, as charts and as a table. Who may look is for the address to
 * decide.
 */
@Component({
  selector: 'fx-client-figures',
  changeDetection: ChangeDetectionStrategy.OnPush,
  host: { '[class.coming]': '!come()' },
  imports: [DayBars, LoadError, PageState, SettingsSection, TranslocoDirective, Waiting],
  templateUrl: './client-figures.html',
  styleUrl: './client-figures.scss',
})
export class ClientFigures {
  /** Where the API has the client. */
  readonly client = input.required<string>();

  protected readonly formats = inject(Formats);
  protected readonly period = signal(30);
  protected readonly periods = PERIODS;
  protected readonly icons = { barChart };

  protected readonly read = apiResource<Envelope<ClientStatistics>>(
    () => `${this.client()}/statistics?days=${this.period()}`,
  );
  /** While another period is read, the one before stays. */
  private readonly kept = keptValue(this.read, () => this.client());
  protected readonly days = computed(() => this.kept()?.resource.days);
  /** Those of another period than the chosen one are no answer to it. */
  protected readonly error = computed(() =>
    this.days()?.length === this.period() ? undefined : this.read.error(),
  );
  protected readonly come = come(() => !!this.days() || !!this.read.error());
  protected readonly reasons = computed(() => failureReasons(this.days() ?? []));
  protected readonly figures = computed(() =>
    FIGURES.map(({ name, text, of }) => {
      const days = (this.days() ?? []).map((day) => ({ day: day.day, count: of(day) }));
      const sum = days.reduce((total, { count }) => total + (count ?? 0), 0);
      const isNow = name === 'connections';
      return { name, text, days, isNow, shown: isNow ? (days.at(-1)?.count ?? 0) : sum };
    }),
  );
  protected readonly isEmpty = computed(() =>
    this.figures().every(({ days }) => days.every(({ count }) => !count)),
  );
  /** The same figures, newest day first. */
  protected readonly rows = computed(() =>
    (this.days() ?? [])
      .map((day) => ({ day: day.day, counts: FIGURES.map(({ of }) => of(day)) }))
      .reverse(),
  );

  reload(): void {
    this.read.reload();
  }

  protected choose(event: Event): void {
    this.period.set(Number((event.target as HTMLSelectElement).value));
  }

  protected said(count: number | null): string {
    return count === null ? '–' : this.formats.number(count);
  }
}
