import { ChangeDetectionStrategy, Component, input } from '@angular/core';
import { TranslocoDirective } from '@jsverse/transloco';
import searchOff from '@material-symbols/svg-400/rounded/search_off.svg';
import { LoadError } from '../ui/load-error';
import { PageState } from '../ui/page-state';
import { Waiting } from '../ui/waiting';
import { DeveloperClientRead } from './developer-client';

/** In place of an application's page: it is on its way, unknown, or did not come. */
@Component({
  selector: 'fx-developer-client-missing',
  changeDetection: ChangeDetectionStrategy.OnPush,
  imports: [LoadError, PageState, TranslocoDirective, Waiting],
  template: `
    <ng-container *transloco="let t">
      @if (of().notFound()) {
        <div class="fx-card">
          <fx-page-state [icon]="searchOff" [heading]="t('developer.notFound.title')" [level]="1">
            <p>{{ t('developer.notFound.text') }}</p>
          </fx-page-state>
        </div>
      } @else if (of().error(); as failure) {
        <div class="fx-card">
          <fx-load-error [error]="failure" [level]="1" (retry)="of().read.reload()" />
        </div>
      } @else {
        <div aria-busy="true">
          <h1 class="fx-visually-hidden">{{ t('developer.loading') }}</h1>
          <span class="fx-skeleton ghost" aria-hidden="true"></span>
          <fx-waiting />
        </div>
      }
    </ng-container>
  `,
  styles: `
    :host {
      display: block;
    }
    .ghost {
      height: 20rem;
      border-radius: var(--fx-radius-lg);
    }
  `,
})
export class DeveloperClientMissing {
  readonly of = input.required<DeveloperClientRead>();

  protected readonly searchOff = searchOff;
}
