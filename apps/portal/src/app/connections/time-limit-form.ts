import {
  ChangeDetectionStrategy,
  Component,
  computed,
  ElementRef,
  inject,
  input,
  linkedSignal,
  output,
  signal,
  viewChild,
} from '@angular/core';
import { TranslocoDirective } from '@jsverse/transloco';
import { ConnectionDetail } from '../api/types';
import { timeLimitChoices } from '../time-limits/time-limit-choices';
import { TimeLimitSelect } from '../time-limits/time-limit-select';
import { TimeLimits } from './time-limits';

/** Chooses when a connection ends by itself. */
@Component({
  selector: 'fx-time-limit-form',
  changeDetection: ChangeDetectionStrategy.OnPush,
  imports: [TimeLimitSelect, TranslocoDirective],
  template: `
    <ng-container *transloco="let t">
      @if (choosable()) {
        <form (submit)="send($event)">
          <label class="fx-visually-hidden" for="time-limit">{{
            t('connections.limit.label')
          }}</label>
          <fx-time-limit-select
            fieldId="time-limit"
            [present]="present()"
            [onlyShorter]="!own()"
            (chose)="chosen.set($event.expiresAt)"
          />
          <button
            type="submit"
            class="fx-button fx-button--compact fx-button--secondary"
            [attr.aria-disabled]="busy() || chosen() === present() ? true : null"
          >
            {{ t('connections.limit.action') }}
          </button>
          @if (trouble(); as text) {
            <p class="fx-field__error" role="alert">{{ t(text) }}</p>
          }
        </form>
      }
      @if (!own()) {
        <p #rule class="fx-small fx-muted" tabindex="-1">
          {{ t('connections.limit.onlyShorter') }}
        </p>
      }
    </ng-container>
  `,
  styles: `
    form {
      display: flex;
      flex-wrap: wrap;
      gap: var(--fx-space-2);
      margin-top: var(--fx-space-2);
    }
    p {
      margin-top: var(--fx-space-2);
    }
    fx-time-limit-select {
      flex: 1 1 15rem;
      min-width: 0;
    }
  `,
})
export class TimeLimitForm {
  readonly connection = input.required<ConnectionDetail>();
  readonly own = input.required<boolean>();
  readonly changed = output();

  private readonly limits = inject(TimeLimits);
  private readonly rule = viewChild<ElementRef<HTMLElement>>('rule');
  /** The admin of somebody whose connection ends in a few days can only end it. */
  protected readonly choosable = computed(
    () => timeLimitChoices(this.present(), Date.now(), !this.own()).length > 1,
  );
  /** What has been set here holds at once, before the connection is read again. */
  protected readonly present = linkedSignal(() => this.connection().expiresAt);
  /** Reading a connection whose end is the same takes no choice away. */
  protected readonly chosen = linkedSignal(this.present);
  protected readonly busy = signal(false);
  /** Gone once the connection ends at another time: what was not known is shown then. */
  protected readonly trouble = linkedSignal<string | null, string | null>({
    source: this.present,
    computation: () => null,
  });

  protected async send(event: Event): Promise<void> {
    event.preventDefault();
    const chosen = this.chosen();
    if (this.busy() || chosen === this.present()) return;
    this.busy.set(true);
    this.trouble.set(null);
    const trouble = await this.limits.set(this.connection(), chosen);
    this.trouble.set(trouble);
    this.busy.set(false);
    if (trouble) return;
    this.present.set(chosen);
    this.changed.emit();
    // The form goes with the last choice, and the focus with it.
    if (!this.choosable()) this.rule()?.nativeElement.focus();
  }
}
