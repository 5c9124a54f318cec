import {
  booleanAttribute,
  ChangeDetectionStrategy,
  Component,
  computed,
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
 * A point in time, relative and exact: in the flow of a sentence, or one below the other. Where there
 * is no room, the exact one is shown on hover, and always read out.
 */
@Component({
  selector: 'fx-moment',
  changeDetection: ChangeDetectionStrategy.OnPush,
  host: { '[class.stacked]': 'stacked()' },
  template: `<time [attr.datetime]="at()" [attr.title]="brief() ? exact() : null"
    >{{ formats.relative(at(), minute.now()) }}
    <span [class.fx-visually-hidden]="brief()">{{
      stacked() ? exact() : '(' + exact() + ')'
    }}</span>
  </time>`,
  styles: `
    :host(.stacked) span {
      display: block;
      color: var(--mat-sys-on-surface-variant);
      font-size: var(--fx-text-xs);
    }
    @media (min-width: 48rem) {
      :host(.stacked) span {
        white-space: nowrap;
      }
    }
  `,
})
export class Moment {
  /** ISO 8601 */
  readonly at = input.required<string>();
  readonly stacked = input(false, { transform: booleanAttribute });
  /** Where several things happen within a minute. */
  readonly seconds = input(false, { transform: booleanAttribute });
  readonly brief = input(false, { transform: booleanAttribute });

  protected readonly formats = inject(Formats);
  protected readonly minute = inject(PresentMinute);
  protected readonly exact = computed(() =>
    this.seconds() ? this.formats.dateTimeExact(this.at()) : this.formats.dateTimeShort(this.at()),
  );
}
