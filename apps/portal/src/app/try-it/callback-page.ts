import {
  ChangeDetectionStrategy,
  Component,
  computed,
  DestroyRef,
  DOCUMENT,
  inject,
  signal,
} from '@angular/core';
import { RouterLink } from '@angular/router';
import { TranslocoDirective } from '@jsverse/transloco';
import check from '@material-symbols/svg-400/rounded/check_circle.svg';
import linkOff from '@material-symbols/svg-400/rounded/link_off.svg';
import { GuestLayout } from '../ui/guest-layout';
import { PageState } from '../ui/page-state';
import { CALLBACK_CHANNEL, stateOf, Taken } from './callback';

const TEXTS = {
  nothing: 'try.callback.nothing',
  handed: 'try.callback.handed',
  taken: 'try.callback.taken',
  lost: 'try.callback.lost',
};
/** A tab that waits answers at once. */
const LOST_AFTER_MS = 2000;

/**
 * The portal's own redirect URI: hands the code to the page that is being tried in another tab, and
 * takes it out of the address before anything else happens.
 */
@Component({
  selector: 'fx-callback-page',
  changeDetection: ChangeDetectionStrategy.OnPush,
  imports: [GuestLayout, PageState, RouterLink, TranslocoDirective],
  template: `
    <fx-guest-layout>
      <ng-container *transloco="let t">
        <div class="fx-card">
          <fx-page-state [icon]="icon()" [heading]="t('try.callback.title')" [level]="1">
            <p role="status">{{ t(texts[state()]) }}</p>
            @if (state() === 'lost' || state() === 'nothing') {
              <a actions class="fx-button fx-button--secondary" routerLink="/settings/developer">
                {{ t('try.callback.toDeveloper') }}
              </a>
            }
          </fx-page-state>
        </div>
      </ng-container>
    </fx-guest-layout>
  `,
})
export class CallbackPage {
  protected readonly state = signal<keyof typeof TEXTS>('nothing');
  protected readonly texts = TEXTS;
  protected readonly icon = computed(() => (this.state() === 'lost' ? linkOff : check));

  constructor() {
    const { location, history } = inject(DOCUMENT).defaultView!;
    const query = location.search;
    history.replaceState(null, '', location.pathname);
    if (!query) return;
    this.state.set('handed');
    const channel = new BroadcastChannel(CALLBACK_CHANNEL);
    channel.onmessage = ({ data }: MessageEvent<unknown>) => {
      const { taken } = (data ?? {}) as Partial<Taken>;
      if (taken !== undefined && taken === stateOf(query)) this.state.set('taken');
    };
    channel.postMessage(query);
    const timer = setTimeout(
      () => this.state.update((state) => (state === 'handed' ? 'lost' : state)),
      LOST_AFTER_MS,
    );
    inject(DestroyRef).onDestroy(() => {
      clearTimeout(timer);
      channel.close();
    });
  }
}
