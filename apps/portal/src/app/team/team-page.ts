import { ChangeDetectionStrategy, Component } from '@angular/core';
import { TranslocoDirective } from '@jsverse/transloco';

@Component({
  selector: 'fx-team-page',
  changeDetection: ChangeDetectionStrategy.OnPush,
  imports: [TranslocoDirective],
  template: `<header *transloco="let t" class="fx-page-title">
    <h1>{{ t('team.title') }}</h1>
  </header>`,
})
export class TeamPage {}
