import {
  ChangeDetectionStrategy,
  Component,
  DestroyRef,
  DOCUMENT,
  inject,
  signal,
} from '@angular/core';
import { TranslocoDirective } from '@jsverse/transloco';
import check from '@material-symbols/svg-400/rounded/check_circle.svg';
import { GuestLayout } from '../ui/guest-layout';
import { PageState } from '../ui/page-state';
import { CALLBACK_CHANNEL, TAKEN } from './callback';

const TEXTS = {
  nothing: 'try.callback.nothing',
  handed: 'try.callback.handed',
  taken: 'try.callback.taken',
};

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
            <p role="status">{{ t(texts[state()]) }}</p>
          </fx-page-state>
        </div>
      </ng-container>
    </fx-guest-layout>
  `,
})
export class CallbackPage {
  protected readonly state = signal<keyof typeof TEXTS>('nothing');
  protected readonly texts = TEXTS;
  protected readonly icon = check;

  constructor() {
    const { location, history } = inject(DOCUMENT).defaultView!;
    const query = location.search;
    history.replaceState(null, '', location.pathname);
    if (!query) return;
    this.state.set('handed');
    const channel = new BroadcastChannel(CALLBACK_CHANNEL);
    channel.onmessage = ({ data }: MessageEvent<unknown>) => {
      if (data === TAKEN) this.state.set('taken');
    };
    channel.postMessage(query);
    inject(DestroyRef).onDestroy(() => channel.close());
  }
}
