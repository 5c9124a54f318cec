import { ChangeDetectionStrategy, Component, inject } from '@angular/core';
import add from '@material-symbols/svg-400/rounded/add.svg';
import close from '@material-symbols/svg-400/rounded/close.svg';
import errorIcon from '@material-symbols/svg-400/rounded/error.svg';
import info from '@material-symbols/svg-400/rounded/info.svg';
import check from '@material-symbols/svg-400/rounded/check_circle.svg';
import link from '@material-symbols/svg-400/rounded/link.svg';
import searchOff from '@material-symbols/svg-400/rounded/search_off.svg';
import warning from '@material-symbols/svg-400/rounded/warning.svg';
import { errorFromAnswer, unreachableError } from '../api/problem';
import { Preferences } from '../i18n/preferences';
import { PasswordStrength } from '../security/password-strength';
import { StrengthMeter } from '../security/strength-meter';
import { Brand } from '../ui/brand';
import { ClientLogo } from '../ui/client-logo';
import { Confirmation } from '../ui/confirmation';
import { Icon } from '../ui/icon';
import { LoadError } from '../ui/load-error';
import { Messages } from '../ui/messages';
import { Moment } from '../ui/moment';
import { Monogram } from '../ui/monogram';
import { PageState } from '../ui/page-state';
import { PasswordField } from '../ui/password-field';
import { Publisher } from '../ui/publisher';
import { BothThemes } from './both-themes';

const failure = (status: number, code: string) =>
  errorFromAnswer(status, new Headers(), { code, requestId: 'f3b0c7e2-5a0f' });

/** Every part in every state. What a state needs is put on by hand, because a picture has no pointer. */
@Component({
  selector: 'fx-specimens',
  changeDetection: ChangeDetectionStrategy.OnPush,
  imports: [
    BothThemes,
    Brand,
    ClientLogo,
    Icon,
    LoadError,
    Moment,
    Monogram,
    PageState,
    PasswordField,
    Publisher,
    StrengthMeter,
  ],
  templateUrl: './specimens.html',
  styleUrl: './specimens.scss',
})
export class Specimens {
  protected readonly preferences = inject(Preferences);
  private readonly confirmation = inject(Confirmation);
  private readonly messages = inject(Messages);

  protected readonly buttons = ['primary', 'secondary', 'tonal', 'danger', 'danger-quiet'] as const;
  protected readonly buttonStates = [
    { name: 'at rest', class: '', disabled: null },
    { name: 'hover', class: 'is-hover', disabled: null },
    { name: 'pressed', class: 'is-active', disabled: null },
    { name: 'focus', class: 'is-focus', disabled: null },
    { name: 'busy', class: '', disabled: true },
  ] as const;
  protected readonly chips = ['', 'accent', 'positive', 'caution', 'negative'] as const;
  protected readonly notices = [
    { tone: '', icon: info },
    { tone: 'positive', icon: check },
    { tone: 'caution', icon: warning },
    { tone: 'negative', icon: errorIcon },
  ] as const;
  protected readonly errors = [
    unreachableError(),
    failure(503, 'service_unavailable'),
    failure(403, 'forbidden'),
    failure(429, 'too_many_attempts'),
    failure(500, 'internal_error'),
  ];
  protected readonly strengths: (PasswordStrength | null)[] = [
    null,
    { level: 0, weakness: 'too_short', missing: 8 },
    { level: 1, weakness: 'common', missing: 0 },
    { level: 2, weakness: 'short', missing: 0 },
    { level: 3, weakness: null, missing: 0 },
    { level: 4, weakness: null, missing: 0 },
  ];
  protected readonly ago = [0, 3 * 60, 26 * 3600, 90 * 86_400].map((seconds) =>
    new Date(Date.now() - seconds * 1000).toISOString(),
  );

  protected readonly add = add;
  protected readonly close = close;
  protected readonly errorIcon = errorIcon;
  protected readonly link = link;
  protected readonly searchOff = searchOff;

  protected async ask(danger: boolean): Promise<void> {
    const done = await this.confirmation.ask({
      heading: { text: 'security.devices.end.heading' },
      points: [
        { text: 'security.devices.end.text', values: { device: 'Safari · iPhone' } },
        { text: 'security.devices.end.connections' },
      ],
      confirm: { text: 'security.devices.end.confirm' },
      danger,
      action: () => (danger ? Promise.reject(unreachableError()) : Promise.resolve()),
    });
    if (done) this.say();
  }

  protected say(): void {
    this.messages.show('security.devices.endOthers.done');
  }
}
