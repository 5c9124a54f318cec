import {
  ChangeDetectionStrategy,
  Component,
  DestroyRef,
  inject,
  Injectable,
  input,
  signal,
} from '@angular/core';
import { Formats } from '../i18n/formats';

/** The present, to the minute, so that "2 minutes ago" stays true on a page left open. */
@Injectable({ providedIn: 'root' })
export class PresentMinute {
  private readonly present = signal(Date.now());
  readonly now = this.present.asReadonly();

  constructor() {
    const timer = setInterval(() => this.present.set(Date.now()), 60_000);
    inject(DestroyRef).onDestroy(() => clearInterval(timer));
  }
}

/**
 * A point in time, relative and exact: in one line, or in two where the parent sets
 * `--fx-moment-direction: column`.
 */
@Component({
  selector: 'fx-moment',
  changeDetection: ChangeDetectionStrategy.OnPush,
  template: `<time [attr.datetime]="at()"
    ><span>{{ formats.relative(at(), minute.now()) }}</span
    ><span class="fx-visually-hidden">, </span
    ><span class="exact">{{ formats.dateTimeShort(at()) }}</span></time
  >`,
  styles: `
    time {
      display: inline-flex;
      flex-direction: var(--fx-moment-direction, row);
      flex-wrap: wrap;
      column-gap: 0.5em;
      vertical-align: top;
    }
    .exact {
      color: var(--mat-sys-on-surface-variant);
      font-size: var(--fx-moment-exact-size, inherit);
    }
  `,
})
export class Moment {
  /** ISO 8601 */
  readonly at = input.required<string>();

  protected readonly formats = inject(Formats);
  protected readonly minute = inject(PresentMinute);
}
