import {
  booleanAttribute,
  ChangeDetectionStrategy,
  Component,
  computed,
  inject,
  input,
  output,
} from '@angular/core';
import { TranslocoDirective } from '@jsverse/transloco';
import { ExchangeView } from './exchange-view';
import { Exchanges, StepName } from './exchanges';
import { TryItRun } from './try-it-run';

/** The button of a step, what it needs first, and each request with its answer. */
@Component({
  selector: 'fx-try-it-step',
  changeDetection: ChangeDetectionStrategy.OnPush,
  imports: [ExchangeView, TranslocoDirective],
  template: `
    <div class="step" *transloco="let t">
      <ng-content />
      @if (missing(); as text) {
        <p class="fx-muted" [id]="place() + '-missing'">{{ t(text) }}</p>
      }
      <div>
        <button
          type="button"
          class="fx-button"
          [class]="secondary() ? 'fx-button--secondary' : 'fx-button--primary'"
          [attr.aria-disabled]="missing() || sent.busy() ? true : null"
          [attr.aria-describedby]="missing() ? place() + '-missing' : null"
          (click)="press()"
        >
          {{ label() }}
        </button>
      </div>
      <p class="fx-visually-hidden" role="status">
        @if (last()?.failed) {
          {{ t('try.unreachable') }}
        } @else if (last()?.answer; as answer) {
          {{ t('try.said', { status: answer.status }) }}
        }
      </p>
      @for (exchange of exchanges(); track $index) {
        <fx-exchange [exchange]="exchange" [name]="place() + '-' + $index" />
      }
    </div>
  `,
  styles: `
    .step {
      display: grid;
      grid-template-columns: minmax(0, 1fr);
      gap: var(--fx-space-4);
      padding: var(--fx-space-5);
    }
    @media (max-width: 36rem) {
      .step {
        padding: var(--fx-space-4);
      }
    }
  `,
})
export class TryItStep {
  readonly place = input.required<StepName>();
  readonly label = input.required<string>();
  readonly secondary = input(false, { transform: booleanAttribute });
  readonly pressed = output();

  private readonly run = inject(TryItRun);
  protected readonly sent = inject(Exchanges);
  protected readonly missing = computed(() => this.run.missing()[this.place()]);
  protected readonly exchanges = computed(() => this.sent.shown()[this.place()]);
  protected readonly last = computed(() =>
    this.sent.busy() === this.place() ? null : this.exchanges().at(-1),
  );

  protected press(): void {
    if (!this.missing() && !this.sent.busy()) this.pressed.emit();
  }
}
