import {
  ChangeDetectionStrategy,
  Component,
  computed,
  ElementRef,
  input,
  model,
  signal,
  viewChild,
} from '@angular/core';
import { TranslocoPipe } from '@jsverse/transloco';
import errorIcon from '@material-symbols/svg-400/rounded/error.svg';
import visibility from '@material-symbols/svg-400/rounded/visibility.svg';
import visibilityOff from '@material-symbols/svg-400/rounded/visibility_off.svg';
import { Icon } from './icon';

/**
 * A password with a button that shows it. What stands inside the element goes below the field.
 * Takes `[formField]` as well as `[(value)]`, for the sign-in page has no room for a forms library.
 */
@Component({
  selector: 'fx-password-field',
  changeDetection: ChangeDetectionStrategy.OnPush,
  imports: [Icon, TranslocoPipe],
  templateUrl: './password-field.html',
  styleUrl: './password-field.scss',
})
export class PasswordField {
  readonly fieldId = input.required<string>();
  readonly value = model('');
  readonly label = input.required<string>();
  readonly autocomplete = input.required<'current-password' | 'new-password'>();
  /** What the field complains about, in words. */
  readonly error = input<string | null>(null);
  /** The id of the text below the field, if there is any. */
  readonly describedBy = input<string | null>(null);
  /** Rules for password generators (`passwordrules` attribute). */
  readonly rules = input<string | null>(null);

  private readonly control = viewChild.required<ElementRef<HTMLInputElement>>('control');

  protected readonly shown = signal(false);
  protected readonly errorIcon = errorIcon;
  protected readonly eye = computed(() => (this.shown() ? visibilityOff : visibility));
  protected readonly descriptions = computed(() => {
    const ids = [this.error() ? `${this.fieldId()}-error` : null, this.describedBy()];
    return ids.filter((id) => id !== null).join(' ') || null;
  });

  focus(): void {
    this.control().nativeElement.focus();
  }

  hide(): void {
    this.shown.set(false);
  }
}
