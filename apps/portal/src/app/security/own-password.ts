import {
  ChangeDetectionStrategy,
  Component,
  computed,
  inject,
  input,
  model,
  viewChild,
} from '@angular/core';
import { SessionStore } from '../session/session-store';
import { PasswordField } from '../ui/password-field';

/**
 * Asks users who are signed in for their password again. The address beside it is for password
 * managers, which would otherwise not know whose it is.
 */
@Component({
  selector: 'fx-own-password',
  changeDetection: ChangeDetectionStrategy.OnPush,
  imports: [PasswordField],
  template: `
    <input
      hidden
      type="email"
      name="username"
      autocomplete="username"
      aria-hidden="true"
      tabindex="-1"
      readonly
      [value]="email()"
    />
    <fx-password-field
      autocomplete="current-password"
      [fieldId]="fieldId()"
      [(value)]="value"
      [label]="label()"
      [error]="error()"
    />
  `,
})
export class OwnPassword {
  readonly fieldId = input.required<string>();
  readonly value = model('');
  readonly label = input.required<string>();
  /** What the field complains about, in words. */
  readonly error = input<string | null>(null);

  private readonly session = inject(SessionStore);
  private readonly field = viewChild.required(PasswordField);
  protected readonly email = computed(() => this.session.user()?.email ?? '');

  focus(): void {
    this.field().focus();
  }

  hide(): void {
    this.field().hide();
  }
}
