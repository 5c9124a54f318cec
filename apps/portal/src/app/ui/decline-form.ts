import {
  afterNextRender,
  ChangeDetectionStrategy,
  Component,
  ElementRef,
  input,
  output,
  viewChild,
} from '@angular/core';
import { TranslocoPipe } from '@jsverse/transloco';

/** Declines a request, in words that the person who made it will read. Has the focus once shown. */
@Component({
  selector: 'fx-decline-form',
  changeDetection: ChangeDetectionStrategy.OnPush,
  imports: [TranslocoPipe],
  template: `
    <form
      (submit)="$event.preventDefault(); declined.emit(oneLine(text.value))"
      (keydown.escape)="cancelled.emit()"
    >
      <div class="fx-field">
        <label [attr.for]="fieldId()">{{ label() }}</label>
        <textarea
          #text
          class="fx-input"
          rows="2"
          [attr.maxlength]="maxLength()"
          [id]="fieldId()"
          [attr.aria-invalid]="errorId() ? true : null"
          [attr.aria-describedby]="errorId()"
        ></textarea>
      </div>
      <div class="buttons">
        <button
          class="fx-button fx-button--compact fx-button--danger"
          [attr.aria-disabled]="busy() ? true : null"
        >
          {{ confirm() }}
        </button>
        <button
          type="button"
          class="fx-button fx-button--compact fx-button--secondary"
          (click)="cancelled.emit()"
        >
          {{ 'settings.confirm.cancel' | transloco }}
        </button>
      </div>
    </form>
  `,
  styles: `
    form {
      display: grid;
      gap: var(--fx-space-3);
    }

    .buttons {
      display: flex;
      flex-wrap: wrap;
      gap: var(--fx-space-2);
    }
  `,
})
export class DeclineForm {
  readonly fieldId = input.required<string>();
  readonly label = input.required<string>();
  /** The name of the button that declines. */
  readonly confirm = input.required<string>();
  /** As the API has it, in characters. */
  readonly maxLength = input.required<number>();
  readonly busy = input(false);
  /** The id of the sentence that says what is wrong with the words, while there is one. */
  readonly errorId = input<string | null>(null);
  /** With the words on one line; empty where nothing has been typed. */
  readonly declined = output<string>();
  readonly cancelled = output();

  private readonly area = viewChild.required<ElementRef<HTMLTextAreaElement>>('text');

  constructor() {
    afterNextRender({ read: () => this.focus() });
  }

  focus(): void {
    this.area().nativeElement.focus();
  }

  protected oneLine(text: string): string {
    return text.replace(/\s+/g, ' ').trim();
  }
}
