import {
  ChangeDetectionStrategy,
  Component,
  computed,
  DestroyRef,
  DOCUMENT,
  effect,
  inject,
  input,
  output,
  signal,
} from '@angular/core';
import { TranslocoDirective } from '@jsverse/transloco';
import addIcon from '@material-symbols/svg-400/rounded/add.svg';
import check from '@material-symbols/svg-400/rounded/check.svg';
import errorIcon from '@material-symbols/svg-400/rounded/error.svg';
import keyIcon from '@material-symbols/svg-400/rounded/key.svg';
import warning from '@material-symbols/svg-400/rounded/warning.svg';
import { MAX_SECRET_NAME_LENGTH } from '@flixcheck/api-types/limits';
import { Api } from '../api/api';
import { apiErrorFrom } from '../api/problem';
import { ClientSecret, Envelope, NewClientSecret, RegistryClient } from '../api/types';
import { focusLater } from '../ui/focus-later';
import { SettingsSection } from '../ui/settings-section';
import { Confirmation } from '../ui/confirmation';
import { Icon } from '../ui/icon';
import { Messages } from '../ui/messages';
import { Moment } from '../ui/moment';
import { Words } from '../ui/question';
import { troubleWords } from '../ui/trouble';
import { Formats } from '../i18n/formats';
import { CopyValue } from '../ui/copy-value';
import { SAVING } from './client-form-errors';
import { UnsavedChanges } from '../unsaved/unsaved-changes';
import { REGISTRY } from './registry-clients';

const DAY_MS = 86_400_000;
/** The API knows of a use at most 15 seconds later. */
const LOOK_EVERY_MS = 5000;

const TROUBLES = { ...SAVING, validation_failed: 'registry.secret.badName' };

const EXPIRIES = [
  { seconds: null, text: 'registry.secret.expiry.never' },
  { seconds: 86_400, text: 'registry.secret.expiry.day' },
  { seconds: 7 * 86_400, text: 'registry.secret.expiry.week' },
  { seconds: 30 * 86_400, text: 'registry.secret.expiry.month' },
];

/** What a client proves itself with, and the three steps in which one secret follows another. */
@Component({
  selector: 'fx-client-secrets',
  changeDetection: ChangeDetectionStrategy.OnPush,
  imports: [CopyValue, Icon, Moment, SettingsSection, TranslocoDirective],
  templateUrl: './client-secrets.html',
  styleUrl: './client-secrets.scss',
})
export class ClientSecrets {
  readonly client = input.required<Pick<RegistryClient, 'id' | 'kind' | 'secrets'>>();
  /** Where the API has the client: operators and developers have places of their own. */
  readonly at = input(REGISTRY);
  readonly changed = output<ClientSecret[]>();

  protected readonly formats = inject(Formats);
  private readonly api = inject(Api);
  private readonly confirmation = inject(Confirmation);
  private readonly messages = inject(Messages);
  private readonly document = inject(DOCUMENT);
  private readonly focusLater = focusLater();

  /** Oldest first, as the API has them. */
  protected readonly secrets = computed(() => this.client().secrets);
  private readonly newest = computed(() => this.secrets().at(-1));
  protected readonly rotating = computed(() => this.secrets().length > 1);
  protected readonly newestUsed = computed(() => this.newest()?.lastUsedAt != null);
  /** 1: add the second, 2: wait for its first use, 3: end the first. */
  protected readonly step = computed(() => (!this.rotating() ? 1 : this.newestUsed() ? 3 : 2));

  protected readonly shown = signal<NewClientSecret | null>(null);
  protected readonly copied = signal(false);
  protected readonly adding = signal(false);
  protected readonly busy = signal(false);
  protected readonly trouble = signal<Words | null>(null);
  protected readonly expiries = EXPIRIES;
  protected readonly maxName = MAX_SECRET_NAME_LENGTH;
  protected readonly icons = { addIcon, check, errorIcon, keyIcon, warning };

  constructor() {
    inject(UnsavedChanges).watch({
      name: 'secret',
      loss: () => (this.shown() && !this.copied() ? 'secret' : null),
    });
    let timer: ReturnType<typeof setInterval> | undefined;
    effect(() => {
      clearInterval(timer);
      if (this.step() === 2) timer = setInterval(() => void this.look(), LOOK_EVERY_MS);
    });
    inject(DestroyRef).onDestroy(() => clearInterval(timer));
  }

  protected open(): void {
    this.adding.set(true);
    this.focusLater('#secret-name');
  }

  protected cancel(): void {
    this.adding.set(false);
    this.trouble.set(null);
    this.focusLater('.add');
  }

  /** Whoever registers the secret elsewhere has it now. */
  protected hide(): void {
    this.shown.set(null);
    this.focusLater('h3');
  }

  protected async add(event: Event, name: string, expiry: string): Promise<void> {
    event.preventDefault();
    if (this.busy()) return;
    this.busy.set(true);
    this.trouble.set(null);
    const seconds = EXPIRIES[Number(expiry)]?.seconds ?? null;
    try {
      const { resource } = await this.api.post<Envelope<NewClientSecret>>(this.path(), {
        resource: {
          ...(name.trim() && { name: name.trim() }),
          ...(seconds !== null && { expireOthersAfterSeconds: seconds }),
        },
      });
      this.copied.set(false);
      this.shown.set(resource);
      this.adding.set(false);
      this.focusLater('.shown');
      await this.look();
    } catch (cause) {
      this.trouble.set(troubleWords(apiErrorFrom(cause), this.formats, TROUBLES));
    } finally {
      this.busy.set(false);
    }
  }

  protected async end(secret: ClientSecret): Promise<void> {
    // It may have been used since the page was opened.
    const fresh = (await this.look())?.find(({ id }) => id === secret.id) ?? secret;
    const values = { name: this.nameOf(fresh), lastFour: fresh.lastFour };
    const used = fresh.lastUsedAt;
    const inUse = used !== null && Date.now() - Date.parse(used) < DAY_MS;
    if (inUse) {
      const sure = await this.confirmation.ask({
        heading: { text: 'registry.secret.end.inUse.heading', values },
        points: [
          {
            text: 'registry.secret.end.inUse.used',
            values: { ago: this.formats.relative(used) },
          },
          { text: 'registry.secret.end.inUse.wait' },
        ],
        confirm: { text: 'registry.secret.end.inUse.confirm' },
        danger: true,
      });
      if (!sure) return;
    }
    const done = await this.confirmation.ask({
      heading: { text: 'registry.secret.end.heading', values },
      points: [
        { text: 'registry.secret.end.stops', values },
        { text: 'registry.secret.end.stays' },
      ],
      confirm: { text: 'registry.secret.end.confirm' },
      danger: true,
      action: () => this.api.delete(`${this.path()}/${fresh.id}`),
    });
    if (!done) return;
    if (this.shown()?.id === fresh.id) this.shown.set(null);
    await this.look();
    this.messages.show('registry.secret.end.done', values);
    this.focusLater('h3');
  }

  protected nameOf({ name, lastFour }: ClientSecret): string {
    return name ?? `…${lastFour}`;
  }

  /** Reads what has been used meanwhile. A failure changes nothing: the next look comes soon. */
  private async look(): Promise<ClientSecret[] | null> {
    if (this.document.visibilityState !== 'visible') return null;
    try {
      const { resource } = await this.api.get<Envelope<Pick<RegistryClient, 'secrets'>>>(
        `${this.at()}/${this.client().id}`,
        // Nobody is taken to the sign-in from a secret that is not shown again.
        this.shown() ? { onSessionEnd: 'tell' } : {},
      );
      this.changed.emit(resource.secrets);
      return resource.secrets;
    } catch {
      return null;
    }
  }

  private path(): string {
    return `${this.at()}/${this.client().id}/secrets`;
  }
}
