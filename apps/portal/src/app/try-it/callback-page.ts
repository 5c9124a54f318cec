import { ChangeDetectionStrategy, Component, DOCUMENT, inject, signal } from '@angular/core';
import { TranslocoDirective } from '@jsverse/transloco';
import check from '@material-symbols/svg-400/rounded/check_circle.svg';
import { GuestLayout } from '../ui/guest-layout';
import { PageState } from '../ui/page-state';
import { CALLBACK_CHANNEL } from './callback';

/**
 * The portal's own redirect URI: hands the code to the page that is being tried in another tab, and
 * takes it out of the address before anything else happens.
 */
@Component({
  selector: 'fx-callback-page',
  changeDetection: ChangeDetectionStrategy.OnPush,
  imports: [GuestLayout, PageState, TranslocoDirective],
  template: `
    <fx-guest-layout>
      <ng-container *transloco="let t">
        <div class="fx-card">
          <fx-page-state [icon]="icon" [heading]="t('try.callback.title')" [level]="1">
            <p>{{ t(came() ? 'try.callback.text' : 'try.callback.nothing') }}</p>
          </fx-page-state>
        </div>
      </ng-container>
    </fx-guest-layout>
  `,
})
export class CallbackPage {
  protected readonly came = signal(false);
  protected readonly icon = check;

  constructor() {
    const { location, history } = inject(DOCUMENT).defaultView!;
    const query = location.search;
    history.replaceState(null, '', location.pathname);
    if (!query) return;
    const channel = new BroadcastChannel(CALLBACK_CHANNEL);
    channel.postMessage(query);
    channel.close();
    this.came.set(true);
  }
}
