import {
  ChangeDetectionStrategy,
  Component,
  ElementRef,
  input,
  model,
  viewChild,
} from '@angular/core';
import errorIcon from '@material-symbols/svg-400/rounded/error.svg';
import { Icon } from './icon';

/** The address of the account that somebody signs in with, or has lost the password of. */
@Component({
  selector: 'fx-email-field',
  changeDetection: ChangeDetectionStrategy.OnPush,
  imports: [Icon],
  template: `
    <div class="fx-field">
      <label for="email">{{ label() }}</label>
      <input
        #control
        class="fx-input"
        id="email"
        type="email"
        inputmode="email"
        [attr.autocomplete]="autocomplete()"
        autocapitalize="none"
        spellcheck="false"
        maxlength="254"
        [value]="value()"
        (input)="value.set(control.value)"
        [attr.aria-invalid]="error() ? true : null"
        [attr.aria-describedby]="error() ? 'email-error' : null"
      />
      @if (error(); as text) {
        <p class="fx-field__error" id="email-error"><fx-icon [svg]="errorIcon" />{{ text }}</p>
      }
    </div>
  `,
})
export class EmailField {
  readonly value = model('');
  readonly label = input.required<string>();
  readonly autocomplete = input('username');
  /** What the field complains about, in words. */
  readonly error = input<string | null>(null);

  private readonly control = viewChild.required<ElementRef<HTMLInputElement>>('control');
  protected readonly errorIcon = errorIcon;

  focus(options?: FocusOptions): void {
    this.control().nativeElement.focus(options);
  }
}
