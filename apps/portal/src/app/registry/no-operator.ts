import { ChangeDetectionStrategy, Component } from '@angular/core';
import { RouterLink } from '@angular/router';
import { TranslocoDirective } from '@jsverse/transloco';
import block from '@material-symbols/svg-400/rounded/block.svg';
import { PageState } from '../ui/page-state';

/** In place of the pages of operators for everybody who does not work for Flixcheck. */
@Component({
  selector: 'fx-no-operator',
  changeDetection: ChangeDetectionStrategy.OnPush,
  imports: [PageState, RouterLink, TranslocoDirective],
  template: `
    <div class="fx-card" *transloco="let t">
      <fx-page-state [icon]="block" [heading]="t('errors.forbidden.title')" [level]="1">
        <p>{{ t('settings.operatorsOnly') }}</p>
        <a actions class="fx-button fx-button--secondary" routerLink="/settings/connections">
          {{ t('settings.toConnections') }}
        </a>
      </fx-page-state>
    </div>
  `,
})
export class NoOperator {
  protected readonly block = block;
}
