import { ChangeDetectionStrategy, Component, computed, inject, input } from '@angular/core';
import { TranslocoDirective } from '@jsverse/transloco';
import { DailyUsage } from '../api/types';
import { Formats } from '../i18n/formats';
import { DayBars } from '../ui/day-bars';
import { usageDays } from './usage-days';

/** Requests per day over the last 30 days, as bars and as a table. */
@Component({
  selector: 'fx-usage-chart',
  changeDetection: ChangeDetectionStrategy.OnPush,
  imports: [DayBars, TranslocoDirective],
  templateUrl: './usage-chart.html',
  styleUrl: './usage-chart.scss',
})
export class UsageChart {
  readonly usage = input.required<readonly DailyUsage[]>();

  protected readonly formats = inject(Formats);
  protected readonly days = computed(() => usageDays(this.usage(), new Date()));
  protected readonly total = computed(() =>
    this.days().reduce((sum, { requests }) => sum + requests, 0),
  );
  protected readonly activeDays = computed(
    () => this.days().filter(({ requests }) => requests > 0).length,
  );
  protected readonly bars = computed(() =>
    this.days().map(({ day, requests }) => ({ day, count: requests })),
  );
}
