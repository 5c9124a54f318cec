import {
  afterNextRender,
  ChangeDetectionStrategy,
  Component,
  computed,
  DestroyRef,
  ElementRef,
  inject,
  Injector,
  signal,
} from '@angular/core';
import { Router, RouterLink } from '@angular/router';
import { TranslocoDirective } from '@jsverse/transloco';
import errorIcon from '@material-symbols/svg-400/rounded/error.svg';
import {
  MAX_PASSWORD_LENGTH,
  MAX_PERSON_NAME_LENGTH,
  MIN_PASSWORD_LENGTH,
} from '@flixcheck/api-types/limits';
import { Api } from '../api/api';
import { ApiError, apiErrorFrom } from '../api/problem';
import { Envelope, OpenInvitation } from '../api/types';
import { Formats } from '../i18n/formats';
import { takeLinkToken } from '../session/link-token';
import { knowsPasskeys, makePasskey } from '../session/passkeys';
import { type Acceptance, SignIn } from '../session/sign-in';
import { GuestLayout } from '../ui/guest-layout';
import { Icon } from '../ui/icon';
import { PasswordField } from '../ui/password-field';
import { Words } from '../ui/question';
import { Trouble, troubleWords } from '../ui/trouble';

const PASSWORD_ERRORS: Record<string, string> = {
  min_length: 'invitation.errors.tooShort',
  max_length: 'invitation.errors.tooLong',
  too_common: 'invitation.errors.common',
};

const ROLE_TEXTS: Record<OpenInvitation['role'], string> = {
  member: 'invitation.role.member',
  admin: 'invitation.role.admin',
};
/** By the state in which the invitation is of no use. */
const USELESS_TEXTS: Partial<Record<State, { title: string; text: string }>> = {
  missing: { title: 'invitation.missing.title', text: 'invitation.missing.text' },
  invalid: { title: 'invitation.invalid.title', text: 'invitation.invalid.text' },
  taken: { title: 'invitation.taken.title', text: 'invitation.taken.text' },
};

type State = 'loading' | 'open' | 'missing' | 'invalid' | 'taken' | 'failed';
type FieldName = 'firstName' | 'lastName' | 'password';

/** Where the link of an invitation leads: makes an account with the token in the fragment. */
@Component({
  selector: 'fx-invitation-page',
  changeDetection: ChangeDetectionStrategy.OnPush,
  imports: [GuestLayout, Icon, PasswordField, RouterLink, TranslocoDirective, Trouble],
  templateUrl: './invitation-page.html',
  styleUrls: ['../sign-in/sign-in-page.scss', './invitation-page.scss'],
})
export class InvitationPage {
  private readonly api = inject(Api);
  private readonly signIn = inject(SignIn);
  private readonly router = inject(Router);
  private readonly host = inject<ElementRef<HTMLElement>>(ElementRef);
  private readonly injector = inject(Injector);
  private readonly formats = inject(Formats);

  private token = '';
  /** Ends the question of the browser that is on the screen. */
  private attempt: AbortController | null = null;
  protected readonly knowsPasskeys = knowsPasskeys();
  protected readonly state = signal<State>('loading');
  protected readonly invitation = signal<OpenInvitation | null>(null);
  protected readonly firstName = signal('');
  protected readonly lastName = signal('');
  protected readonly password = signal('');
  protected readonly busy = signal(false);
  protected readonly trouble = signal<Words | null>(null);
  protected readonly errors = signal<Partial<Record<FieldName, string>>>({});
  protected readonly passwordError = computed(() => this.errors().password ?? null);

  protected readonly rules = `minlength: ${MIN_PASSWORD_LENGTH}; maxlength: ${MAX_PASSWORD_LENGTH};`;
  protected readonly roleTexts = ROLE_TEXTS;
  protected readonly uselessTexts = computed(() => USELESS_TEXTS[this.state()]);
  protected readonly errorIcon = errorIcon;

  constructor() {
    inject(DestroyRef).onDestroy(() => this.attempt?.abort());
    takeLinkToken('/invitation', (token) => {
      if (token) {
        this.token = token;
        void this.load();
      } else if (this.token === '') this.state.set('missing');
    });
  }

  protected async load(): Promise<void> {
    const { token } = this;
    this.state.set('loading');
    this.trouble.set(null);
    try {
      const { resource } = await this.api.post<Envelope<OpenInvitation>>(
        '/guest/v7/invitations/lookups',
        { resource: { token } },
        { onSessionEnd: 'tell' },
      );
      if (token !== this.token) return;
      this.invitation.set(resource);
      this.firstName.set(resource.firstName);
      this.lastName.set(resource.lastName);
      this.state.set('open');
    } catch (cause) {
      if (token !== this.token) return;
      const error = apiErrorFrom(cause);
      if (!this.refused(error)) {
        this.trouble.set(troubleWords(error, this.formats));
        this.state.set('failed');
      }
    }
  }

  protected async send(event: Event): Promise<void> {
    event.preventDefault();
    if (this.busy()) return;
    await this.accept({ ...this.missingName(), ...this.missingPassword() }, () =>
      Promise.resolve({ password: this.password() }),
    );
  }

  /** Accepts with a passkey of this device. */
  protected async join(): Promise<void> {
    if (this.busy()) return;
    await this.accept(this.missingName(), async () => {
      const { signal } = (this.attempt = new AbortController());
      const { resource } = await this.api.post<
        Envelope<{ publicKey: PublicKeyCredentialCreationOptionsJSON }>
      >('/guest/v7/invitations/passkey-challenges', { resource: this.named() }, { signal });
      const credential = await makePasskey(resource.publicKey, signal);
      if (!credential && !signal.aborted) this.trouble.set({ text: 'invitation.passkey.notMade' });
      return credential && { credential };
    });
  }

  /** @param choose what to sign in with from now on; null: nothing, after all */
  private async accept(
    missing: Partial<Record<FieldName, string>>,
    choose: () => Promise<Pick<Acceptance, 'password' | 'credential'> | null>,
  ): Promise<void> {
    this.trouble.set(null);
    this.errors.set(missing);
    if (Object.keys(missing).length > 0) return this.focusInvalid();
    this.busy.set(true);
    try {
      const chosen = await choose();
      if (!chosen) return;
      await this.signIn.byInvitation({ ...this.named(), ...chosen });
      await this.router.navigateByUrl('/', { replaceUrl: true });
    } catch (cause) {
      this.explain(apiErrorFrom(cause));
    } finally {
      this.busy.set(false);
    }
  }

  private named() {
    const [firstName, lastName] = [this.firstName().trim(), this.lastName().trim()];
    return { token: this.token, firstName, lastName };
  }

  private missingName(): Partial<Record<FieldName, string>> {
    const fits = (name: string) => name !== '' && [...name].length <= MAX_PERSON_NAME_LENGTH;
    const { firstName, lastName } = this.named();
    return {
      ...(!fits(firstName) && { firstName: 'invitation.errors.firstName' }),
      ...(!fits(lastName) && { lastName: 'invitation.errors.lastName' }),
    };
  }

  private missingPassword(): Partial<Record<FieldName, string>> {
    const length = [...this.password()].length;
    if (length >= MIN_PASSWORD_LENGTH) return {};
    return { password: length === 0 ? 'invitation.errors.missing' : 'invitation.errors.tooShort' };
  }

  /** @returns whether the link is of no use any more */
  private refused(error: ApiError): boolean {
    const atToken = error.problem.errors.find(({ field }) => field === 'token');
    if (!atToken) return false;
    this.state.set(atToken.code === 'address_taken' ? 'taken' : 'invalid');
    return true;
  }

  private explain(error: ApiError): void {
    if (this.refused(error)) return;
    if (error.problem.errors.some(({ field }) => field === 'credential')) {
      return this.trouble.set({ text: 'invitation.passkey.refused' });
    }
    const errors: Partial<Record<FieldName, string>> = {};
    for (const { field, code } of error.problem.errors) {
      if (field === 'password') {
        errors.password ??= PASSWORD_ERRORS[code] ?? 'invitation.errors.unfit';
      } else if (field === 'firstName' || field === 'lastName') {
        errors[field] = `invitation.errors.${field}`;
      }
    }
    this.errors.set(errors);
    if (Object.keys(errors).length > 0) this.focusInvalid();
    else this.trouble.set(troubleWords(error, this.formats));
  }

  private focusInvalid(): void {
    const focus = () =>
      this.host.nativeElement.querySelector<HTMLElement>('[aria-invalid="true"]')?.focus();
    afterNextRender(focus, { injector: this.injector });
  }
}
