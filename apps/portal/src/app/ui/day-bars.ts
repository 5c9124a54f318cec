import { ChangeDetectionStrategy, Component, computed, inject, input } from '@angular/core';
import { Formats } from '../i18n/formats';
import { scaleTop } from './scale-top';

/** A figure of one calendar day in UTC; null where nobody counted. */
export interface DayFigure {
  /** YYYY-MM-DD */
  day: string;
  count: number | null;
}

/** With more bars there is no room between them. */
const SPACED = 40;

/** A figure day by day, as bars. For eyes only: a table says the same beside it. */
@Component({
  selector: 'fx-day-bars',
  changeDetection: ChangeDetectionStrategy.OnPush,
  template: `
    <span class="top fx-tabular">{{ formats.number(top()) }}</span>
    <div class="bars" [class.bars--dense]="days().length > spaced">
      @for (day of days(); track day.day) {
        <span
          class="bar"
          [class.bar--none]="!day.count"
          [style.height.%]="((day.count ?? 0) / top()) * 100"
          [title]="formats.day(day.day) + ': ' + said(day.count)"
        ></span>
      }
    </div>
    <div class="axis">
      @for (mark of marks(); track mark) {
        <span>{{ formats.dayShort(mark) }}</span>
      }
    </div>
  `,
  styleUrl: './day-bars.scss',
  host: { 'aria-hidden': 'true' },
})
export class DayBars {
  readonly days = input.required<readonly DayFigure[]>();

  protected readonly formats = inject(Formats);
  protected readonly spaced = SPACED;
  protected readonly top = computed(() =>
    scaleTop(Math.max(0, ...this.days().map(({ count }) => count ?? 0))),
  );
  /** First, middle and last day name the axis. */
  protected readonly marks = computed(() => {
    const days = this.days();
    return [days[0], days[Math.floor(days.length / 2)], days.at(-1)].flatMap((day) =>
      day ? [day.day] : [],
    );
  });

  protected said(count: number | null): string {
    return count === null ? '–' : this.formats.number(count);
  }
}
