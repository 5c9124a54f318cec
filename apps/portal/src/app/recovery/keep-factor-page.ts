import {
  afterNextRender,
  ChangeDetectionStrategy,
  Component,
  inject,
  Injector,
  signal,
} from '@angular/core';
import { RouterLink } from '@angular/router';
import { TranslocoDirective } from '@jsverse/transloco';
import checkIcon from '@material-symbols/svg-400/rounded/check_circle.svg';
import errorIcon from '@material-symbols/svg-400/rounded/error.svg';
import { Api } from '../api/api';
import { apiErrorFrom } from '../api/problem';
import { Formats } from '../i18n/formats';
import { takeLinkToken } from '../session/link-token';
import { GuestLayout } from '../ui/guest-layout';
import { Icon } from '../ui/icon';
import { PageFocus } from '../ui/page-focus';
import { Words } from '../ui/question';
import { Trouble, troubleWords } from '../ui/trouble';

/** Where the mail about a reset of the second factor leads: stops it. */
@Component({
  selector: 'fx-keep-factor-page',
  changeDetection: ChangeDetectionStrategy.OnPush,
  imports: [GuestLayout, Icon, RouterLink, TranslocoDirective, Trouble],
  templateUrl: './keep-factor-page.html',
  styleUrl: '../sign-in/sign-in-page.scss',
})
export class KeepFactorPage {
  private readonly api = inject(Api);
  private readonly focus = inject(PageFocus);
  private readonly injector = inject(Injector);
  private readonly formats = inject(Formats);

  /** From the link. Null after the page was reloaded. */
  protected readonly token = signal<string | null>(null);
  /** What the API has made of it. */
  protected readonly outcome = signal<'stopped' | 'refused' | null>(null);
  protected readonly busy = signal(false);
  protected readonly trouble = signal<Words | null>(null);
  protected readonly icons = { checkIcon, errorIcon };

  constructor() {
    takeLinkToken('/keep-factor', (token) => {
      if (!token) return;
      this.token.set(token);
      this.outcome.set(null);
    });
  }

  protected async stop(): Promise<void> {
    if (this.busy()) return;
    this.trouble.set(null);
    this.busy.set(true);
    try {
      const resource = { token: this.token() };
      await this.api.post('/guest/v7/factor-resets/stops', { resource }, { onSessionEnd: 'tell' });
      this.finish('stopped');
    } catch (cause) {
      const error = apiErrorFrom(cause);
      if (error.code === 'validation_failed') this.finish('refused');
      else this.trouble.set(troubleWords(error, this.formats));
    } finally {
      this.busy.set(false);
    }
  }

  /** The button has gone, and the focus with it. */
  private finish(outcome: 'stopped' | 'refused'): void {
    this.outcome.set(outcome);
    afterNextRender(() => this.focus.focusHeading(), { injector: this.injector });
  }
}
