import {
  ChangeDetectionStrategy,
  Component,
  computed,
  inject,
  input,
  linkedSignal,
  output,
} from '@angular/core';
import { TranslocoDirective } from '@jsverse/transloco';
import { Formats } from '../i18n/formats';
import { TimeLimitChoice, timeLimitChoices } from './time-limit-choices';

/** How long a connection lasts, as one choice. */
@Component({
  selector: 'fx-time-limit-select',
  changeDetection: ChangeDetectionStrategy.OnPush,
  imports: [TranslocoDirective],
  template: `
    <select
      *transloco="let t"
      #field
      class="fx-input fx-input--compact"
      [id]="fieldId()"
      [disabled]="disabled()"
      (change)="choose(field.selectedIndex)"
    >
      @for (choice of choices(); track choice.text) {
        <option [selected]="$index === chosen()">
          {{
            t(choice.text, { date: choice.expiresAt ? formats.dateShort(choice.expiresAt) : '' })
          }}
        </option>
      }
    </select>
  `,
  styles: `
    select {
      width: 100%;
      max-width: 20rem;
    }
  `,
})
export class TimeLimitSelect {
  readonly fieldId = input.required<string>();
  readonly disabled = input(false);
  /** When the connection ends as it is; null: never. */
  readonly present = input.required<string | null>();
  readonly onlyShorter = input(false);
  /** The text key of the choice to begin with; the first one where there is no such choice. */
  readonly initial = input('');
  readonly chose = output<TimeLimitChoice>();

  protected readonly formats = inject(Formats);
  /** As they are shown they are meant, however long somebody looks at them. */
  protected readonly choices = computed(() =>
    timeLimitChoices(this.present(), Date.now(), this.onlyShorter()),
  );
  protected readonly chosen = linkedSignal(() =>
    Math.max(
      0,
      this.choices().findIndex(({ text }) => text === this.initial()),
    ),
  );

  protected choose(index: number): void {
    this.chosen.set(index);
    const choice = this.choices()[index];
    if (choice) this.chose.emit(choice);
  }
}
