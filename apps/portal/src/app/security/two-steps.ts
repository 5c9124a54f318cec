import {
  afterRenderEffect,
  ChangeDetectionStrategy,
  Component,
  computed,
  ElementRef,
  inject,
  output,
  signal,
  untracked,
  viewChild,
} from '@angular/core';
import { NgTemplateOutlet } from '@angular/common';
import { TranslocoDirective, TranslocoService } from '@jsverse/transloco';
import checkIcon from '@material-symbols/svg-400/rounded/check_circle.svg';
import copyIcon from '@material-symbols/svg-400/rounded/content_copy.svg';
import downloadIcon from '@material-symbols/svg-400/rounded/download.svg';
import warningIcon from '@material-symbols/svg-400/rounded/warning.svg';
import { Api } from '../api/api';
import { apiResource } from '../api/api-resource';
import { ApiError, apiErrorFrom } from '../api/problem';
import { Envelope, RecoveryCodes, SecondFactor, SecondFactorSecret } from '../api/types';
import { Formats } from '../i18n/formats';
import { SessionStore } from '../session/session-store';
import { Clipboard } from '../ui/clipboard';
import { Icon } from '../ui/icon';
import { LoadError } from '../ui/load-error';
import { Messages } from '../ui/messages';
import { Words } from '../ui/question';
import { SaveFile } from '../ui/save-file';
import { Trouble, troubleWords } from '../ui/trouble';
import { Waiting } from '../ui/waiting';
import { IdentityProof, Proof } from './identity-proof';
import { QrCode } from './qr-code';
import { SettingsSection } from '../ui/settings-section';

const FACTOR = '/user/v7/users/me/second-factor';
/** So few codes are worth a word. */
const FEW_CODES = 3;

/**
 * `state`: on or off; `prove`: the password is asked for before an app is set up; `scan`: the app
 * reads the secret and proves it; `codes`: the recovery codes are shown; `renew` and `remove`: both
 * are asked for.
 */
type Step = 'state' | 'prove' | 'scan' | 'codes' | 'renew' | 'remove';

/** The second factor of the sign-in: an authenticator app, and recovery codes. */
@Component({
  selector: 'fx-two-steps',
  changeDetection: ChangeDetectionStrategy.OnPush,
  imports: [
    Icon,
    IdentityProof,
    LoadError,
    NgTemplateOutlet,
    QrCode,
    SettingsSection,
    TranslocoDirective,
    Trouble,
    Waiting,
  ],
  templateUrl: './two-steps.html',
  styleUrls: ['./form.scss', './two-steps.scss'],
})
export class TwoSteps {
  /** Switched on, and the other devices are signed out. */
  readonly changed = output();

  private readonly api = inject(Api);
  private readonly clipboard = inject(Clipboard);
  private readonly messages = inject(Messages);
  private readonly session = inject(SessionStore);
  private readonly transloco = inject(TranslocoService);
  private readonly file = inject(SaveFile);
  protected readonly formats = inject(Formats);

  private readonly factor = apiResource<Envelope<SecondFactor>>(() => FACTOR);
  protected readonly error = computed(() => this.factor.error());
  protected readonly state = computed(() =>
    this.factor.hasValue() ? this.factor.value().resource : null,
  );
  protected readonly fewLeft = computed(() => (this.state()?.recoveryCodesLeft ?? 0) <= FEW_CODES);

  protected readonly leftText = computed(() =>
    this.formats.plural(this.state()?.recoveryCodesLeft ?? 0, {
      one: 'security.twoSteps.left.one',
      other: 'security.twoSteps.left.other',
    }),
  );

  protected readonly step = signal<Step>('state');
  protected readonly secret = signal<SecondFactorSecret | null>(null);
  protected readonly codes = signal<readonly string[]>([]);
  protected readonly busy = signal(false);
  protected readonly trouble = signal<Words | null>(null);
  /** Until there is one, the passkey is the first step and the second. */
  protected readonly passwordMissing = computed(
    () => this.session.user()?.passwordMissing === true,
  );
  protected readonly email = computed(() => this.session.user()?.email ?? '');
  /** In groups, as people type it. */
  protected readonly typed = computed(() => this.secret()?.secret.replace(/.{4}(?=.)/g, '$& '));

  private readonly section = viewChild(SettingsSection);
  private readonly proof = viewChild(IdentityProof);
  private readonly scanText = viewChild<ElementRef<HTMLElement>>('scanText');
  private readonly codesTitle = viewChild<ElementRef<HTMLElement>>('codesTitle');

  protected readonly icons = { checkIcon, copyIcon, downloadIcon, warningIcon };

  constructor() {
    afterRenderEffect(() => {
      const proof = this.proof();
      // The picture to scan comes before the code, and a keyboard would cover it.
      if (proof && this.step() !== 'scan') untracked(() => proof.focus());
    });
    afterRenderEffect(() => this.scanText()?.nativeElement.focus());
    afterRenderEffect(() => this.codesTitle()?.nativeElement.focus());
  }

  protected reload(): void {
    this.factor.reload();
  }

  protected open(step: Step): void {
    this.trouble.set(null);
    this.step.set(step);
  }

  protected close(): void {
    this.open('state');
    this.secret.set(null);
    this.codes.set([]);
    this.section()?.focus();
  }

  protected async prove(event: Event): Promise<void> {
    event.preventDefault();
    await this.send(async (resource) => {
      const answer = await this.api.post<Envelope<SecondFactorSecret>>(FACTOR, { resource });
      this.secret.set(answer.resource);
      this.open('scan');
    });
  }

  protected async confirm(event: Event): Promise<void> {
    event.preventDefault();
    await this.send(async (resource) => {
      this.show(await this.api.post(`${FACTOR}/confirmations`, { resource }));
      this.messages.show('security.twoSteps.doneOn');
      this.changed.emit();
    });
  }

  protected async renew(event: Event): Promise<void> {
    event.preventDefault();
    await this.send(async (resource) => {
      this.show(await this.api.post(`${FACTOR}/recovery-codes`, { resource }));
    });
  }

  protected async remove(event: Event): Promise<void> {
    event.preventDefault();
    await this.send(async (resource) => {
      await this.api.post(`${FACTOR}/removals`, { resource });
      this.reload();
      this.close();
      this.messages.show('security.twoSteps.doneOff');
    });
  }

  protected async copy(): Promise<void> {
    await this.clipboard.copy(this.codes().join('\n'), {
      done: 'security.twoSteps.codes.copied',
      failed: 'security.twoSteps.codes.copyFailed',
    });
  }

  protected save(): void {
    const lines = [`Flixcheck, ${this.email()}`, '', ...this.codes(), ''];
    const name = this.transloco.translate('security.twoSteps.codes.file');
    this.file.save(name, lines.join('\n'), 'text/plain');
  }

  private show({ resource }: Envelope<RecoveryCodes>): void {
    this.codes.set(resource.recoveryCodes);
    this.secret.set(null);
    this.reload();
    this.open('codes');
  }

  /** Asks the API, unless something is missing; shows what it complains about beside the field. */
  private async send(action: (proof: Proof) => Promise<void>): Promise<void> {
    const proof = this.proof();
    if (this.busy() || !proof) return;
    this.trouble.set(null);
    if (!proof.check()) return proof.focus();
    this.busy.set(true);
    try {
      await action(proof.value());
    } catch (cause) {
      this.complain(apiErrorFrom(cause), proof);
    } finally {
      this.busy.set(false);
    }
  }

  private complain(error: ApiError, proof: IdentityProof): void {
    if (proof.refuse(error)) return proof.focus();
    // Somebody has switched it on in another tab.
    if (error.code === 'conflict') {
      this.reload();
      return this.close();
    }
    this.trouble.set(troubleWords(error, this.formats));
  }
}
