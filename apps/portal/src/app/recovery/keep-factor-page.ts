import { ChangeDetectionStrategy, Component, inject } from '@angular/core';
import { RouterLink } from '@angular/router';
import { TranslocoDirective } from '@jsverse/transloco';
import checkIcon from '@material-symbols/svg-400/rounded/check_circle.svg';
import errorIcon from '@material-symbols/svg-400/rounded/error.svg';
import { Api } from '../api/api';
import { GuestLayout } from '../ui/guest-layout';
import { Icon } from '../ui/icon';
import { Trouble } from '../ui/trouble';
import { LinkStep } from './link-step';

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

  protected readonly step = new LinkStep('/keep-factor');
  protected readonly icons = { checkIcon, errorIcon };

  protected async stop(): Promise<void> {
    const stopped = await this.step.take((resource) =>
      this.api.post('/guest/v7/factor-resets/stops', { resource }, { onSessionEnd: 'tell' }),
    );
    if (stopped) this.step.finish('taken');
  }
}
