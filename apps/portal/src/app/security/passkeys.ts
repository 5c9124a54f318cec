import {
  afterRenderEffect,
  ChangeDetectionStrategy,
  Component,
  computed,
  DestroyRef,
  ElementRef,
  inject,
  output,
  signal,
  viewChild,
} from '@angular/core';
import { TranslocoDirective } from '@jsverse/transloco';
import errorIcon from '@material-symbols/svg-400/rounded/error.svg';
import keyIcon from '@material-symbols/svg-400/rounded/passkey.svg';
import { MAX_PASSKEY_NAME_LENGTH } from '@flixcheck/api-types/limits';
import { Api } from '../api/api';
import { apiResource } from '../api/api-resource';
import { apiErrorFrom } from '../api/problem';
import { Envelope, Passkey } from '../api/types';
import { Formats } from '../i18n/formats';
import { knowsPasskeys, makePasskey } from '../session/passkeys';
import { SessionStore } from '../session/session-store';
import { Confirmation } from '../ui/confirmation';
import { Icon } from '../ui/icon';
import { LoadError } from '../ui/load-error';
import { Messages } from '../ui/messages';
import { Moment } from '../ui/moment';
import { Words } from '../ui/question';
import { Trouble, troubleWords } from '../ui/trouble';
import { Waiting } from '../ui/waiting';
import { IdentityProof } from './identity-proof';
import { SettingsSection } from '../ui/settings-section';

const PASSKEYS = '/user/v7/users/me/passkeys';

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
    IdentityProof,
    LoadError,
    Moment,
    SettingsSection,
    TranslocoDirective,
    Trouble,
    Waiting,
  ],
  templateUrl: './passkeys.html',
  styleUrls: ['./form.scss', './passkeys.scss'],
})
export class Passkeys {
  readonly added = output();

  private readonly api = inject(Api);
  private readonly session = inject(SessionStore);
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
  protected readonly nameError = signal<string | null>(null);
  protected readonly trouble = signal<Words | null>(null);
  protected readonly refusal = signal<Words | null>(null);

  private readonly section = viewChild(SettingsSection);
  private readonly nameField = viewChild<ElementRef<HTMLInputElement>>('nameField');
  private readonly proof = viewChild(IdentityProof);

  protected readonly maxName = MAX_PASSKEY_NAME_LENGTH;
  protected readonly icons = { errorIcon, keyIcon };

  /** Ends the attempt that is under way. */
  private attempt: AbortController | null = null;

  constructor() {
    inject(DestroyRef).onDestroy(() => this.attempt?.abort());
    afterRenderEffect(() => this.nameField()?.nativeElement.focus());
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
    const proof = this.proof();
    if (this.busy() || !proof || this.complainOfGaps(proof)) return;
    this.busy.set(true);
    const { signal } = (this.attempt = new AbortController());
    try {
      const made = await this.make(proof, signal);
      if (signal.aborted) return;
      if (made) {
        this.reload();
        this.close();
        this.messages.show('security.passkeys.added');
        this.added.emit();
      } else {
        this.trouble.set({ text: 'security.passkeys.trouble.notMade' });
      }
    } catch (cause) {
      if (!signal.aborted) this.complain(cause, proof);
    } finally {
      this.busy.set(false);
    }
  }

  protected async remove({ id, name }: Passkey): Promise<void> {
    const onlyWay = this.list()?.length === 1 && this.session.user()?.passwordMissing === true;
    this.refusal.set(onlyWay ? { text: 'security.passkeys.onlyWay' } : null);
    if (onlyWay) return;
    const removed = await this.confirmation.ask({
      heading: { text: 'security.passkeys.removal.heading', values: { name } },
      points: [
        { text: 'security.passkeys.removal.stops' },
        ...(this.list()?.length === 1 ? [{ text: 'security.passkeys.removal.last' }] : []),
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
  private async make(proof: IdentityProof, signal: AbortSignal): Promise<boolean> {
    const name = this.name().trim();
    const answer = await this.api.post<
      Envelope<{ publicKey: PublicKeyCredentialCreationOptionsJSON }>
    >(`${PASSKEYS}/challenges`, { resource: proof.value() }, { signal });
    // It is good once; the next attempt needs the next one.
    proof.forgetCode();
    const credential = await makePasskey(answer.resource.publicKey, signal);
    if (!credential) return false;
    await this.api.post(PASSKEYS, { resource: { name, credential } }, { signal });
    return true;
  }

  private complainOfGaps(proof: IdentityProof): boolean {
    this.trouble.set(null);
    const proven = proof.check();
    this.nameError.set(this.name().trim() === '' ? 'security.passkeys.nameMissing' : null);
    if (this.nameError()) this.nameField()?.nativeElement.focus();
    else if (!proven) proof.focus();
    return this.nameError() !== null || !proven;
  }

  private complain(cause: unknown, proof: IdentityProof): void {
    if (cause instanceof DOMException && cause.name === 'InvalidStateError') {
      return this.trouble.set({ text: 'security.passkeys.trouble.known' });
    }
    const error = apiErrorFrom(cause);
    if (proof.refuse(error)) proof.focus();
    else this.trouble.set(troubleWords(error, this.formats, TROUBLES));
  }

  private forget(): void {
    this.name.set('');
    this.nameError.set(null);
    this.trouble.set(null);
    this.refusal.set(null);
  }
}
