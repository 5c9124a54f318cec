import {
  afterRenderEffect,
  ChangeDetectionStrategy,
  Component,
  computed,
  DestroyRef,
  effect,
  ElementRef,
  inject,
  input,
  signal,
  viewChild,
} from '@angular/core';
import { NgTemplateOutlet } from '@angular/common';
import { Router, RouterLink } from '@angular/router';
import { TranslocoDirective } from '@jsverse/transloco';
import errorIcon from '@material-symbols/svg-400/rounded/error.svg';
import infoIcon from '@material-symbols/svg-400/rounded/info.svg';
import { MAX_CODE_LENGTH } from '@flixcheck/api-types/limits';
import { apiResource } from '../api/api-resource';
import { apiErrorFrom } from '../api/problem';
import { Envelope, PublicClient } from '../api/types';
import { Formats } from '../i18n/formats';
import { FullName } from '../people/full-name';
import { clientIdOf, safeReturnTo } from '../session/return-to';
import { SignInReason } from '../session/session-expiry';
import { askForPasskey, knowsPasskeys, offersPasskeys } from '../session/passkeys';
import { SessionStore } from '../session/session-store';
import { watchSession } from '../session/session-watch';
import { SignIn } from '../session/sign-in';
import { ClientLogo } from '../ui/client-logo';
import { EmailField } from '../ui/email-field';
import { GuestLayout } from '../ui/guest-layout';
import { Icon } from '../ui/icon';
import { Monogram } from '../ui/monogram';
import { PasswordField } from '../ui/password-field';
import { Countdown } from './countdown';

const REASON_TEXTS: Partial<Record<SignInReason, string>> = {
  expired: 'sign-in.reason.expired',
  'signed-out': 'sign-in.reason.signedOut',
  'signed-out-elsewhere': 'sign-in.reason.signedOutElsewhere',
};

const TROUBLE_TEXTS: Record<string, string> = {
  invalid_credentials: 'sign-in.trouble.credentials',
  invalid_passkey: 'sign-in.trouble.passkey',
  unreachable: 'trouble.unreachable',
  service_unavailable: 'trouble.unavailable',
};

/** Said elsewhere: beside the field, or with the time that is left. */
const NOT_ABOVE_THE_FORM = ['too_many_attempts', 'second_factor_required', 'invalid_second_factor'];

@Component({
  selector: 'fx-sign-in-page',
  changeDetection: ChangeDetectionStrategy.OnPush,
  imports: [
    ClientLogo,
    EmailField,
    FullName,
    GuestLayout,
    Icon,
    Monogram,
    NgTemplateOutlet,
    PasswordField,
    RouterLink,
    TranslocoDirective,
  ],
  providers: [Countdown],
  templateUrl: './sign-in-page.html',
  styleUrl: './sign-in-page.scss',
})
export class SignInPage {
  /** From the query: where to go once signed in. */
  readonly returnTo = input<string>();

  private readonly router = inject(Router);
  private readonly session = inject(SessionStore);
  private readonly ways = inject(SignIn);
  protected readonly countdown = inject(Countdown);
  protected readonly formats = inject(Formats);

  protected readonly email = signal('');
  protected readonly password = signal('');
  protected readonly busy = signal(false);
  protected readonly switching = signal(false);
  protected readonly switchFailed = signal(false);
  /** Who need not sign in; somebody who has just done so is on the way already. */
  protected readonly visitor = computed(() => (this.busy() ? null : this.session.session()));
  /** Set once somebody has tried to send the form; before that nothing is complained about. */
  private readonly tried = signal(false);
  protected readonly emailMissing = computed(() => this.tried() && this.email() === '');
  protected readonly passwordMissing = computed(() => this.tried() && this.password() === '');
  private readonly problemCode = signal<string | null>(null);
  /** The password was right, and the user has a second factor. */
  protected readonly codeStep = signal(false);
  protected readonly code = signal('');
  protected readonly recovery = signal(false);
  protected readonly codeLabel = computed(() =>
    this.recovery() ? 'sign-in.code.labelRecovery' : 'sign-in.code.label',
  );
  protected readonly codeError = computed(() => {
    if (!this.codeTried()) return null;
    if (this.code().trim() === '') return 'sign-in.code.missing';
    if (this.problemCode() !== 'invalid_second_factor') return null;
    return this.recovery() ? 'sign-in.code.wrongRecovery' : 'sign-in.code.wrong';
  });
  private readonly codeTried = signal(false);

  protected readonly trouble = computed(() => {
    const code = this.problemCode();
    if (code === null || NOT_ABOVE_THE_FORM.includes(code)) return null;
    return TROUBLE_TEXTS[code] ?? 'trouble.failed';
  });
  protected readonly reason = computed(() => {
    const state = this.router.lastSuccessfulNavigation()?.extras.state;
    return REASON_TEXTS[state?.['reason'] as SignInReason] ?? null;
  });

  protected readonly target = computed(() => safeReturnTo(this.returnTo()));
  protected readonly clientId = computed(() => clientIdOf(this.target()));
  private readonly client = apiResource<Envelope<PublicClient>>(() => {
    const clientId = this.clientId();
    return clientId ? `/guest/v7/oauth-clients/${encodeURIComponent(clientId)}` : undefined;
  });
  /** An unknown application is named by the authorize page after signing in, not here. */
  protected readonly shownClient = computed(() =>
    this.client.hasValue() ? this.client.value().resource : null,
  );
  protected readonly clientLoading = computed(() => this.client.isLoading());

  private readonly emailField = viewChild<EmailField>('emailField');
  private readonly passwordField = viewChild<PasswordField>('passwordField');
  private readonly codeField = viewChild<ElementRef<HTMLInputElement>>('codeField');

  protected readonly maxCode = MAX_CODE_LENGTH;
  protected readonly errorIcon = errorIcon;
  protected readonly infoIcon = infoIcon;

  protected readonly knowsPasskeys = knowsPasskeys();
  /** Ends the browser's question that is open: there can be one at a time. */
  private asking: AbortController | null = null;
  private gone = false;
  private readonly formShown = computed(() => !this.visitor() && !this.codeStep());

  constructor() {
    watchSession('sign-in');
    inject(DestroyRef).onDestroy(() => {
      this.gone = true;
      this.asking?.abort();
    });
    effect(() => {
      if (this.formShown()) void this.offerPasskeys();
      else this.asking?.abort();
    });
    afterRenderEffect(() => this.codeField()?.nativeElement.focus());
    afterRenderEffect(() => this.emailField()?.focus({ preventScroll: true }));
  }

  protected async goOn(): Promise<void> {
    await this.router.navigateByUrl(this.target(), { replaceUrl: true });
  }

  /** Signs out; the form is shown where nobody is signed in. */
  protected async switchUser(): Promise<void> {
    if (this.switching()) return;
    this.switching.set(true);
    this.switchFailed.set(false);
    try {
      await this.session.signOut();
    } catch {
      this.switchFailed.set(true);
    } finally {
      this.switching.set(false);
    }
  }

  protected async send(event: Event): Promise<void> {
    event.preventDefault();
    if (this.busy() || this.countdown.remaining() > 0) return;
    this.tried.set(true);
    this.problemCode.set(null);
    if (this.emailMissing()) this.emailField()?.focus();
    else if (this.passwordMissing()) this.passwordField()?.focus();
    else await this.signIn();
  }

  protected async sendCode(event: Event): Promise<void> {
    event.preventDefault();
    if (this.busy() || this.countdown.remaining() > 0) return;
    this.codeTried.set(true);
    this.problemCode.set(null);
    if (this.codeError()) this.codeField()?.nativeElement.focus();
    else await this.signIn();
  }

  protected useOtherCode(): void {
    this.recovery.update((recovery) => !recovery);
    this.clearCode();
    this.codeField()?.nativeElement.focus();
  }

  /** Back to address and password. */
  protected startOver(): void {
    this.codeStep.set(false);
    this.recovery.set(false);
    this.clearCode();
    this.password.set('');
    this.tried.set(false);
  }

  protected async signInByPasskey(
    mediation: CredentialMediationRequirement = 'optional',
  ): Promise<void> {
    if (this.busy()) return;
    this.asking?.abort();
    const asking = (this.asking = new AbortController());
    // What the field offers keeps nobody from typing until it has been chosen.
    const inField = mediation === 'conditional';
    if (!inField) this.beginPasskey();
    let begun = !inField;
    let expired = false;
    try {
      const signedIn = await this.ways.byPasskey(async (options) => {
        const expiry = setTimeout(() => {
          expired = inField;
          if (inField) asking.abort();
        }, options.timeout);
        const answer = await askForPasskey(options, mediation, asking.signal);
        clearTimeout(expiry);
        if (!answer || (inField && this.busy())) return null;
        if (inField) this.beginPasskey();
        begun = true;
        return answer;
      });
      if (signedIn) return await this.goOn();
    } catch (cause) {
      if (begun) this.complain(cause);
    } finally {
      if (begun) this.busy.set(false);
    }
    // Another question has not taken this one's place, and the form is still there.
    if ((begun || expired) && this.asking === asking) await this.offerPasskeys();
  }

  private beginPasskey(): void {
    this.problemCode.set(null);
    this.busy.set(true);
  }

  /** In the field for the e-mail address, where the browser can. */
  private async offerPasskeys(): Promise<void> {
    if (!(await offersPasskeys()) || !this.formShown() || this.gone) return;
    await this.signInByPasskey('conditional');
  }

  private complain(cause: unknown): string {
    const { code, problem } = apiErrorFrom(cause);
    this.problemCode.set(code);
    if (code === 'too_many_attempts') this.countdown.start(problem.retryAfterSeconds ?? 60);
    return code;
  }

  private clearCode(): void {
    this.code.set('');
    this.codeTried.set(false);
    this.problemCode.set(null);
  }

  private async signIn(): Promise<void> {
    this.busy.set(true);
    const code = this.codeStep() ? this.code().trim() : undefined;
    try {
      await this.ways.byPassword(this.email().trim(), this.password(), code);
      await this.goOn();
    } catch (cause) {
      const code = this.complain(cause);
      if (code === 'invalid_second_factor') this.codeField()?.nativeElement.select();
      if (code === 'second_factor_required') this.codeStep.set(true);
      if (code === 'invalid_credentials') {
        this.codeStep.set(false);
        this.passwordField()?.focus();
      }
    } finally {
      this.busy.set(false);
    }
  }
}
