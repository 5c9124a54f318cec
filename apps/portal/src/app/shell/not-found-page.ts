import { ChangeDetectionStrategy, Component } from '@angular/core';
import { RouterLink } from '@angular/router';
import { TranslocoDirective } from '@jsverse/transloco';
import search from '@material-symbols/svg-400/rounded/search_off.svg';
import { GuestLayout } from '../ui/guest-layout';
import { PageState } from '../ui/page-state';

@Component({
  selector: 'fx-not-found-page',
  changeDetection: ChangeDetectionStrategy.OnPush,
  imports: [GuestLayout, PageState, RouterLink, TranslocoDirective],
  template: `
    <fx-guest-layout>
      <fx-page-state
        *transloco="let t"
        [icon]="icon"
        [heading]="t('settings.noPage.title')"
        [level]="1"
      >
        <p>{{ t('settings.noPage.text') }}</p>
        <a actions class="fx-button fx-button--primary" routerLink="/settings">
          {{ t('settings.noPage.home') }}
        </a>
      </fx-page-state>
    </fx-guest-layout>
  `,
})
export class NotFoundPage {
  protected readonly icon = search;
}
