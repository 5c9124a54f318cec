import {
  afterNextRender,
  ChangeDetectionStrategy,
  Component,
  computed,
  ElementRef,
  inject,
  Injector,
  input,
  signal,
  viewChild,
} from '@angular/core';
import { TranslocoDirective } from '@jsverse/transloco';
import errorIcon from '@material-symbols/svg-400/rounded/error.svg';
import { MAX_CODE_LENGTH } from '@flixcheck/api-types/limits';
import { ApiError } from '../api/problem';
import { Icon } from '../ui/icon';
import { OwnPassword } from './own-password';

/** As the API takes it: what has been asked for. */
export interface Proof {
  currentPassword?: string;
  code?: string;
}

type Field = 'currentPassword' | 'code';

const MISSING: Record<Field, string> = {
  currentPassword: 'security.proof.passwordMissing',
  code: 'security.proof.codeMissing',
};
/** By the code of an error of the API. */
const ERRORS: Record<string, string> = {
  wrong_password: 'security.proof.passwordWrong',
  wrong_code: 'security.proof.codeWrong',
  required: 'security.proof.codeNeeded',
};

/**
 * Asks users who are signed in to prove once more that it is them, before something changes that
 * protects their account. What has been typed goes with the component.
 */
@Component({
  selector: 'fx-identity-proof',
  changeDetection: ChangeDetectionStrategy.OnPush,
  imports: [Icon, OwnPassword, TranslocoDirective],
  templateUrl: './identity-proof.html',
  styles: `
    :host {
      display: contents;
    }
  `,
})
export class IdentityProof {
  /** What the ids of the fields begin with. */
  readonly name = input.required<string>();
  readonly password = input(true);
  /**
   * `app`: the code that the app shows now; `any`: that, or a recovery code; `if-asked`: once the
   * API has asked for one.
   */
  readonly code = input<'app' | 'any' | 'if-asked' | null>(null);

  private readonly injector = inject(Injector);
  private readonly passwordField = viewChild(OwnPassword);
  private readonly codeField = viewChild<ElementRef<HTMLInputElement>>('codeField');

  protected readonly typedPassword = signal('');
  protected readonly typedCode = signal('');
  protected readonly errors = signal<Partial<Record<Field, string>>>({});
  private readonly codeAsked = signal(false);
  protected readonly codeShown = computed(
    () => this.code() !== null && (this.code() !== 'if-asked' || this.codeAsked()),
  );
  protected readonly maxCode = MAX_CODE_LENGTH;
  protected readonly errorIcon = errorIcon;

  value(): Proof {
    return {
      ...(this.password() && { currentPassword: this.typedPassword() }),
      ...(this.codeShown() && { code: this.typedCode().trim() }),
    };
  }

  /** Complains about what has not been filled in. @returns whether there is nothing */
  check(): boolean {
    const proof = this.value();
    const missing = (Object.keys(proof) as Field[]).filter((field) => proof[field] === '');
    this.errors.set(Object.fromEntries(missing.map((field) => [field, MISSING[field]])));
    return missing.length === 0;
  }

  /** Shows what the API has said about the proof. @returns whether it has said anything */
  refuse({ problem }: ApiError): boolean {
    const errors: Partial<Record<Field, string>> = {};
    for (const { field, code } of problem.errors) {
      const text = ERRORS[code];
      if (text && (field === 'currentPassword' || field === 'code')) errors[field] = text;
    }
    this.errors.set(errors);
    if (errors.code) this.codeAsked.set(true);
    return Object.keys(errors).length > 0;
  }

  /** A code is good once. */
  forgetCode(): void {
    this.typedCode.set('');
  }

  /** The first field with an error, or the first. */
  focus(): void {
    afterNextRender({ read: () => this.focusNow() }, { injector: this.injector });
  }

  private focusNow(): void {
    const { currentPassword, code } = this.errors();
    if (this.password() && (currentPassword || !code)) return this.passwordField()?.focus();
    const field = this.codeField()?.nativeElement;
    field?.focus();
    // The next code is typed over the one that was wrong.
    field?.select();
  }
}
