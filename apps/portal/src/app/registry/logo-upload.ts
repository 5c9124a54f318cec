import {
  afterNextRender,
  ChangeDetectionStrategy,
  Component,
  computed,
  DOCUMENT,
  ElementRef,
  inject,
  Injector,
  input,
  output,
  signal,
  viewChild,
} from '@angular/core';
import { TranslocoDirective } from '@jsverse/transloco';
import deleteIcon from '@material-symbols/svg-400/rounded/delete.svg';
import errorIcon from '@material-symbols/svg-400/rounded/error.svg';
import imageIcon from '@material-symbols/svg-400/rounded/image.svg';
import { MAX_LOGO_BYTES, MAX_LOGO_SIDE } from '@flixcheck/api-types/limits';
import { Api } from '../api/api';
import { apiErrorFrom } from '../api/problem';
import { Envelope, RegistryClient } from '../api/types';
import { Formats } from '../i18n/formats';
import { SettingsSection } from '../ui/settings-section';
import { ClientLogo } from '../ui/client-logo';
import { Confirmation } from '../ui/confirmation';
import { Icon } from '../ui/icon';
import { Messages } from '../ui/messages';
import { Words } from '../ui/question';
import { troubleWords } from '../ui/trouble';
import { SAVING } from './client-form-errors';
import { REGISTRY } from './registry-clients';

/** As the API takes them. */
const TYPES = ['image/png', 'image/jpeg', 'image/webp'];

/** The words for each reason to refuse a picture, found here or by the API. */
const TROUBLES: Record<string, string> = {
  ...SAVING,
  unsupported_image: 'registry.logo.error.unsupported',
  too_large: 'registry.logo.error.tooLarge',
  too_many_pixels: 'registry.logo.error.tooManyPixels',
  damaged_image: 'registry.logo.error.damaged',
  more_than_an_image: 'registry.logo.error.more',
  too_slow: 'registry.logo.error.tooSlow',
  precondition_failed: 'registry.logo.error.changed',
  service_unavailable: 'registry.logo.error.busy',
  not_found: 'registry.form.gone',
};

interface Chosen {
  file: File;
  /** A `data:` address, which the page may show. */
  url: string;
}

type ClientWithLogo = Pick<RegistryClient, 'id' | 'name' | 'logoUri' | 'version'>;

/** The logo of a client: what users see, another one in its place, or none. */
@Component({
  selector: 'fx-logo-upload',
  changeDetection: ChangeDetectionStrategy.OnPush,
  imports: [ClientLogo, Icon, SettingsSection, TranslocoDirective],
  templateUrl: './logo-upload.html',
  styleUrl: './logo-upload.scss',
})
export class LogoUpload<Client extends ClientWithLogo> {
  readonly client = input.required<Client>();
  /** Where the API has the client: operators and developers have places of their own. */
  readonly at = input(REGISTRY);
  /** With its new logo, or as somebody else has left it meanwhile. */
  readonly changed = output<Client>();

  private readonly api = inject(Api);
  private readonly formats = inject(Formats);
  private readonly confirmation = inject(Confirmation);
  private readonly messages = inject(Messages);
  private readonly injector = inject(Injector);
  private readonly origin = new URL(inject(DOCUMENT).baseURI).origin;
  private readonly picker = viewChild.required<ElementRef<HTMLInputElement>>('picker');
  private readonly choose = viewChild<ElementRef<HTMLButtonElement>>('choose');
  private readonly save = viewChild<ElementRef<HTMLButtonElement>>('save');

  protected readonly chosen = signal<Chosen | null>(null);
  protected readonly busy = signal(false);
  protected readonly trouble = signal<Words | null>(null);
  /** Of an address that nobody is shown. */
  protected readonly elsewhere = computed(() => {
    const { logoUri } = this.client();
    const url = logoUri !== null && URL.canParse(logoUri) ? new URL(logoUri) : null;
    return url && url.origin !== this.origin ? url.host : null;
  });
  protected readonly types = TYPES.join(',');
  protected readonly icons = { deleteIcon, errorIcon, imageIcon };

  protected pick(): void {
    this.picker().nativeElement.click();
  }

  /** Says at once what the API would refuse, and shows all else before it is sent. */
  protected async take(picker: HTMLInputElement): Promise<void> {
    const file = picker.files?.[0];
    // The same file can be chosen again, once it has been mended.
    picker.value = '';
    if (!file) return;
    const found = await open(file);
    const text = typeof found === 'string' ? TROUBLES[found] : undefined;
    this.chosen.set(typeof found === 'string' ? null : found);
    this.trouble.set(text === undefined ? null : { text });
    this.focusLater(() => this.save() ?? this.choose());
  }

  protected cancel(): void {
    if (this.busy()) return;
    this.chosen.set(null);
    this.trouble.set(null);
    this.focusLater(() => this.choose());
  }

  protected async send({ file }: Chosen): Promise<void> {
    if (this.busy()) return;
    this.busy.set(true);
    this.trouble.set(null);
    try {
      const { resource } = await this.api.put<Envelope<Client>>(`${this.path()}/logo`, file, {
        headers: this.condition(),
      });
      this.chosen.set(null);
      this.changed.emit(resource);
      this.messages.show('registry.logo.saved');
      this.focusLater(() => this.choose());
    } catch (cause) {
      await this.explain(cause);
    } finally {
      this.busy.set(false);
    }
  }

  protected async remove(): Promise<void> {
    const removed = await this.confirmation.ask({
      heading: { text: 'registry.logo.removal.heading' },
      points: [{ text: 'registry.logo.removal.letter' }],
      confirm: { text: 'registry.logo.removal.action' },
      danger: true,
      action: async () => {
        try {
          await this.api.delete(`${this.path()}/logo`, { headers: this.condition() });
          this.changed.emit({ ...this.client(), logoUri: null });
        } finally {
          await this.readAgain();
        }
      },
    });
    if (!removed) return;
    this.trouble.set(null);
    this.messages.show('registry.logo.removal.done');
    this.focusLater(() => this.choose());
  }

  private async explain(cause: unknown): Promise<void> {
    const error = apiErrorFrom(cause);
    if (error.code === 'precondition_failed') await this.readAgain();
    this.trouble.set(troubleWords(error, this.formats, TROUBLES));
    this.focusLater(() => this.save() ?? this.choose());
  }

  /** A failure changes nothing: the next attempt says what is wrong. */
  private async readAgain(): Promise<void> {
    try {
      this.changed.emit((await this.api.get<Envelope<Client>>(this.path())).resource);
    } catch {
      return;
    }
  }

  private path(): string {
    return `${this.at()}/${this.client().id}`;
  }

  private condition(): Record<string, string> {
    return { 'if-match': `"${this.client().version}"` };
  }

  private focusLater(target: () => ElementRef<HTMLElement> | undefined): void {
    afterNextRender(() => target()?.nativeElement.focus(), { injector: this.injector });
  }
}

/** @returns the picture, or the reason to refuse it */
async function open(file: File): Promise<Chosen | string> {
  if (!TYPES.includes(file.type)) return 'unsupported_image';
  if (file.size > MAX_LOGO_BYTES) return 'too_large';
  const image = new Image();
  try {
    image.src = await dataUrl(file);
    await image.decode();
  } catch {
    return 'damaged_image';
  }
  const side = Math.max(image.naturalWidth, image.naturalHeight);
  return side > MAX_LOGO_SIDE ? 'too_many_pixels' : { file, url: image.src };
}

function dataUrl(file: File): Promise<string> {
  return new Promise((resolve, reject) => {
    const reader = new FileReader();
    reader.onload = () => resolve(String(reader.result));
    reader.onerror = () => reject(new Error('the file cannot be read'));
    reader.readAsDataURL(file);
  });
}
