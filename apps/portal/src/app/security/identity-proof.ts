import {
  afterNextRender,
  ChangeDetectionStrategy,
  Component,
  computed,
  DestroyRef,
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
import { Api } from '../api/api';
import { apiResource } from '../api/api-resource';
import { ApiError } from '../api/problem';
import { Envelope, Passkey } from '../api/types';
import { SessionStore } from '../session/session-store';
import { askForPasskey, knowsPasskeys, type PasskeyAnswer } from '../session/passkeys';
import { Icon } from '../ui/icon';
import { OwnPassword } from './own-password';

/** As the API takes it: what has been asked for. */
export interface Proof {
  currentPassword?: string;
  code?: string;
  credential?: PasskeyAnswer;
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

const PASSKEYS = '/user/v7/users/me/passkeys';
const CHALLENGES = '/user/v7/sessions/current/proofs/challenges';

const PASSKEY_TROUBLES = {
  passkeyFailed: {
    alone: 'security.proof.alone.passkeyFailed',
    beside: 'security.proof.passkeyFailed',
  },
  passkeyRefused: {
    alone: 'security.proof.alone.passkeyRefused',
    beside: 'security.proof.passkeyRefused',
  },
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
    .passkey > button {
      justify-self: start;
    }
  `,
})
export class IdentityProof {
  /** What the ids of the fields begin with. */
  readonly name = input.required<string>();
  readonly password = input(true);
  /** Who has joined with a passkey has no password to give. */
  protected readonly passwordShown = computed(
    () => this.password() && !this.session.user()?.passwordMissing,
  );
  /**
   * `app`: the code that the app shows now; `any`: that, or a recovery code; `if-asked`: once the
   * API has asked for one, or a passkey instead of both.
   */
  readonly code = input<'app' | 'any' | 'if-asked' | null>(null);

  private readonly api = inject(Api);
  private readonly session = inject(SessionStore);
  private readonly host = inject<ElementRef<HTMLElement>>(ElementRef);
  private readonly injector = inject(Injector);
  private readonly passwordField = viewChild(OwnPassword);
  private readonly codeField = viewChild<ElementRef<HTMLInputElement>>('codeField');
  private readonly passkeyButton = viewChild<ElementRef<HTMLButtonElement>>('passkeyButton');

  protected readonly typedPassword = signal('');
  protected readonly typedCode = signal('');
  protected readonly errors = signal<Partial<Record<Field, string>>>({});
  private readonly codeAsked = signal(false);
  protected readonly codeShown = computed(
    () => this.code() !== null && (this.code() !== 'if-asked' || this.codeAsked()),
  );
  private readonly passkeys = apiResource<Envelope<{ passkeys: Passkey[] }>>(() =>
    this.code() === 'if-asked' && knowsPasskeys() ? PASSKEYS : undefined,
  );
  protected readonly passkeyOffered = computed(
    () => this.passkeys.hasValue() && this.passkeys.value().resource.passkeys.length > 0,
  );
  protected readonly passkeyAlone = computed(() => !this.passwordShown() && !this.codeShown());
  protected readonly passkeyError = signal<string | null>(null);
  private readonly credential = signal<PasskeyAnswer | null>(null);
  /** Ends the question of the browser that is on the screen. */
  private attempt: AbortController | null = null;
  protected readonly maxCode = MAX_CODE_LENGTH;
  protected readonly errorIcon = errorIcon;

  constructor() {
    inject(DestroyRef).onDestroy(() => this.attempt?.abort());
  }

  /** Asks for a passkey, and sends the form with it. */
  protected async usePasskey(): Promise<void> {
    this.attempt?.abort();
    const { signal } = (this.attempt = new AbortController());
    this.passkeyError.set(null);
    try {
      const { resource } = await this.api.post<
        Envelope<{ publicKey: PublicKeyCredentialRequestOptionsJSON }>
      >(CHALLENGES, undefined, { signal });
      const credential = await askForPasskey(resource.publicKey, 'optional', signal);
      if (!credential || signal.aborted) return;
      this.credential.set(credential);
      this.errors.set({});
      this.host.nativeElement.closest('form')?.requestSubmit();
    } catch {
      if (!signal.aborted) this.passkeyError.set(this.passkeyTrouble('passkeyFailed'));
    }
  }

  value(): Proof {
    const credential = this.credential();
    if (credential) return { credential };
    return {
      ...(this.passwordShown() && { currentPassword: this.typedPassword() }),
      ...(this.codeShown() && { code: this.typedCode().trim() }),
    };
  }

  /** Complains about what has not been filled in. @returns whether there is nothing */
  check(): boolean {
    const proof = this.value();
    if (this.passkeyAlone() && !proof.credential) {
      // Nothing to fill in: the form is sent with what the passkey answers.
      void this.usePasskey();
      return false;
    }
    const missing = (Object.keys(proof) as Field[]).filter((field) => proof[field] === '');
    this.errors.set(Object.fromEntries(missing.map((field) => [field, MISSING[field]])));
    return missing.length === 0;
  }

  /** Shows what the API has said about the proof. @returns whether it has said anything */
  refuse({ problem }: ApiError): boolean {
    const errors: Partial<Record<Field, string>> = {};
    // It is good once.
    this.credential.set(null);
    const refused = problem.errors.some(({ field }) => field === 'credential');
    this.passkeyError.set(refused ? this.passkeyTrouble('passkeyRefused') : null);
    for (const { field, code } of problem.errors) {
      const text = ERRORS[code];
      if (text && (field === 'currentPassword' || field === 'code')) errors[field] = text;
    }
    this.errors.set(errors);
    if (errors.code) this.codeAsked.set(true);
    return refused || Object.keys(errors).length > 0;
  }

  /** There is no field: the form's own button asks for the passkey. */
  private focusButton(): void {
    const form = this.host.nativeElement.closest('form');
    form?.querySelector<HTMLElement>('button[type=submit]')?.focus();
  }

  /** A password is no way on for who has none. */
  private passkeyTrouble(what: 'passkeyFailed' | 'passkeyRefused'): string {
    return PASSKEY_TROUBLES[what][this.passkeyAlone() ? 'alone' : 'beside'];
  }

  /** A code is good once, and so is what a passkey has answered. */
  forgetCode(): void {
    this.typedCode.set('');
    this.credential.set(null);
  }

  /** The first field with an error, or the first. */
  focus(): void {
    afterNextRender({ read: () => this.focusNow() }, { injector: this.injector });
  }

  private focusNow(): void {
    if (this.passkeyAlone()) return this.focusButton();
    if (this.passkeyError()) return this.passkeyButton()?.nativeElement.focus();
    const { currentPassword, code } = this.errors();
    if (this.passwordShown() && (currentPassword || !code)) return this.passwordField()?.focus();
    const field = this.codeField()?.nativeElement;
    field?.focus();
    // The next code is typed over the one that was wrong.
    field?.select();
  }
}
