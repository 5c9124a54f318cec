import {
  afterRenderEffect,
  ChangeDetectionStrategy,
  Component,
  computed,
  DestroyRef,
  ElementRef,
  inject,
  signal,
  viewChild,
} from '@angular/core';
import { TranslocoDirective } from '@jsverse/transloco';
import errorIcon from '@material-symbols/svg-400/rounded/error.svg';
import keyIcon from '@material-symbols/svg-400/rounded/passkey.svg';
import { Api } from '../api/api';
import { apiResource } from '../api/api-resource';
import { apiErrorFrom } from '../api/problem';
import { Envelope, Passkey } from '../api/types';
import { Formats } from '../i18n/formats';
import { knowsPasskeys, makePasskey } from '../session/passkeys';
import { Confirmation } from '../ui/confirmation';
import { Icon } from '../ui/icon';
import { LoadError } from '../ui/load-error';
import { Messages } from '../ui/messages';
import { Moment } from '../ui/moment';
import { Words } from '../ui/question';
import { Trouble, troubleWords } from '../ui/trouble';
import { Waiting } from '../ui/waiting';
import { OwnPassword } from './own-password';
import { SettingsSection } from './settings-section';

const PASSKEYS = '/user/v7/users/me/passkeys';

/** By the field and the code of an error of the API. */
const ERROR_TEXTS: Record<string, string> = {
  wrong_password: 'security.twoSteps.errors.passwordWrong',
  wrong_code: 'security.twoSteps.errors.codeWrong',
  required: 'security.passkeys.codeNeeded',
};
const TROUBLES: Record<string, string> = {
  conflict: 'security.passkeys.trouble.tooMany',
  validation_failed: 'security.passkeys.trouble.notAccepted',
};

/** The passkeys by which the user signs in, and how another is added. */
@Component({
  selector: 'fx-passkeys',
  changeDetection: ChangeDetectionStrategy.OnPush,
  imports: [
    Icon,
    LoadError,
    Moment,
    OwnPassword,
    SettingsSection,
    TranslocoDirective,
    Trouble,
    Waiting,
  ],
  templateUrl: './passkeys.html',
  styleUrls: ['./form.scss', './passkeys.scss'],
})
export class Passkeys {
  private readonly api = inject(Api);
  private readonly confirmation = inject(Confirmation);
  private readonly messages = inject(Messages);
  private readonly formats = inject(Formats);

  private readonly read = apiResource<Envelope<{ passkeys: Passkey[] }>>(() => PASSKEYS);
  protected readonly error = computed(() => this.read.error());
  protected readonly list = computed(() =>
    this.read.hasValue() ? this.read.value().resource.passkeys : null,
  );
  protected readonly known = knowsPasskeys();

  protected readonly adding = signal(false);
  protected readonly busy = signal(false);
  protected readonly name = signal('');
  protected readonly password = signal('');
  protected readonly code = signal('');
  /** Once the API has asked for one. */
  protected readonly codeNeeded = signal(false);
  protected readonly nameError = signal<string | null>(null);
  protected readonly passwordError = signal<string | null>(null);
  protected readonly codeError = signal<string | null>(null);
  protected readonly trouble = signal<Words | null>(null);

  private readonly section = viewChild(SettingsSection);
  private readonly nameField = viewChild<ElementRef<HTMLInputElement>>('nameField');
  private readonly passwordField = viewChild<OwnPassword>('passwordField');
  private readonly codeField = viewChild<ElementRef<HTMLInputElement>>('codeField');

  protected readonly icons = { errorIcon, keyIcon };

  /** Ends the attempt that is under way. */
  private attempt: AbortController | null = null;

  constructor() {
    inject(DestroyRef).onDestroy(() => this.attempt?.abort());
    afterRenderEffect(() => this.nameField()?.nativeElement.focus());
    afterRenderEffect(() => this.codeField()?.nativeElement.focus());
  }

  protected reload(): void {
    this.read.reload();
  }

  protected open(): void {
    this.forget();
    this.adding.set(true);
  }

  protected close(): void {
    this.attempt?.abort();
    this.forget();
    this.adding.set(false);
    this.section()?.focus();
  }

  protected async add(event: Event): Promise<void> {
    event.preventDefault();
    if (this.busy() || this.complainOfGaps()) return;
    this.busy.set(true);
    const { signal } = (this.attempt = new AbortController());
    try {
      const made = await this.make(this.name().trim(), signal);
      if (signal.aborted) return;
      if (made) {
        this.reload();
        this.close();
        this.messages.show('security.passkeys.added');
      } else {
        this.trouble.set({ text: 'security.passkeys.trouble.notMade' });
      }
    } catch (cause) {
      if (!signal.aborted) this.complain(cause);
    } finally {
      this.busy.set(false);
    }
  }

  protected async remove({ id, name }: Passkey): Promise<void> {
    const removed = await this.confirmation.ask({
      heading: { text: 'security.passkeys.removal.heading', values: { name } },
      points: [
        { text: 'security.passkeys.removal.stops' },
        { text: 'security.passkeys.removal.device' },
      ],
      confirm: { text: 'security.passkeys.removal.confirm' },
      danger: true,
      action: () => this.api.delete(`${PASSKEYS}/${id}`),
    });
    if (!removed) return;
    this.reload();
    this.section()?.focus();
    this.messages.show('security.passkeys.removal.done', { name });
  }

  /** @returns false if the browser has made none */
  private async make(name: string, signal: AbortSignal): Promise<boolean> {
    const code = this.code().trim();
    const proof = { currentPassword: this.password(), ...(code !== '' && { code }) };
    const answer = await this.api.post<
      Envelope<{ publicKey: PublicKeyCredentialCreationOptionsJSON }>
    >(`${PASSKEYS}/challenges`, { resource: proof }, { signal });
    // It is good once; the next attempt needs the next one.
    this.code.set('');
    const credential = await makePasskey(answer.resource.publicKey, signal);
    if (!credential) return false;
    await this.api.post(PASSKEYS, { resource: { name, credential } }, { signal });
    return true;
  }

  private complainOfGaps(): boolean {
    this.trouble.set(null);
    this.nameError.set(this.name().trim() === '' ? 'security.passkeys.nameMissing' : null);
    this.passwordError.set(
      this.password() === '' ? 'security.twoSteps.errors.passwordMissing' : null,
    );
    const needsCode = this.codeNeeded() && this.code().trim() === '';
    this.codeError.set(needsCode ? 'security.twoSteps.errors.codeMissing' : null);
    return this.focusTrouble();
  }

  private complain(cause: unknown): void {
    if (cause instanceof DOMException && cause.name === 'InvalidStateError') {
      return this.trouble.set({ text: 'security.passkeys.trouble.known' });
    }
    const error = apiErrorFrom(cause);
    const texts = new Map(
      error.problem.errors.map(({ field, code }) => [field, ERROR_TEXTS[code]]),
    );
    this.passwordError.set(texts.get('currentPassword') ?? null);
    this.codeError.set(texts.get('code') ?? null);
    if (texts.has('code')) this.codeNeeded.set(true);
    if (this.focusTrouble()) return;
    this.trouble.set(troubleWords(error, this.formats, TROUBLES));
  }

  /** @returns whether any field has something wrong */
  private focusTrouble(): boolean {
    if (this.nameError()) this.nameField()?.nativeElement.focus();
    else if (this.passwordError()) this.passwordField()?.focus();
    else if (this.codeError()) this.codeField()?.nativeElement.focus();
    else return false;
    return true;
  }

  private forget(): void {
    for (const input of [this.name, this.password, this.code]) input.set('');
    for (const error of [this.nameError, this.passwordError, this.codeError]) error.set(null);
    this.codeNeeded.set(false);
    this.trouble.set(null);
  }
}
