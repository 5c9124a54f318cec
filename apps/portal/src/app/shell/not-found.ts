import { ChangeDetectionStrategy, Component } from '@angular/core';
import { RouterLink } from '@angular/router';
import { TranslocoDirective } from '@jsverse/transloco';
import search from '@material-symbols/svg-400/rounded/search_off.svg';
import { PageState } from '../ui/page-state';

/** An address that leads nowhere, for somebody who is signed in: within the frame of the settings. */
@Component({
  selector: 'fx-not-found',
  changeDetection: ChangeDetectionStrategy.OnPush,
  imports: [PageState, RouterLink, TranslocoDirective],
  template: `
    <div class="fx-card" *transloco="let t">
      <fx-page-state [icon]="icon" [heading]="t('settings.noPage.title')" [level]="1">
        <p>{{ t('settings.noPage.text') }}</p>
        <a actions class="fx-button fx-button--primary" routerLink="/settings">
          {{ t('settings.toStart') }}
        </a>
      </fx-page-state>
    </div>
  `,
})
export class NotFound {
  protected readonly icon = search;
}
