import { ChangeDetectionStrategy, Component, effect, inject, output } from '@angular/core';
import { TranslocoDirective } from '@jsverse/transloco';
import syncProblem from '@material-symbols/svg-400/rounded/sync_problem.svg';
import { Connectivity } from './connectivity';
import { Icon } from './icon';

/** Above content that could not be brought up to date: it may be old, and can be tried again. */
@Component({
  selector: 'fx-stale-notice',
  changeDetection: ChangeDetectionStrategy.OnPush,
  imports: [Icon, TranslocoDirective],
  template: `
    <div class="fx-notice fx-notice--caution" role="status" *transloco="let t">
      <fx-icon [svg]="icon" />
      <p>
        {{ t('errors.stale') }}
        <button type="button" class="fx-link" (click)="retry.emit()">
          {{ t('actions.retry') }}
        </button>
      </p>
    </div>
  `,
  styles: `
    :host {
      display: block;
      margin-bottom: var(--fx-space-4);
    }
  `,
})
export class StaleNotice {
  readonly retry = output();
  protected readonly icon = syncProblem;

  constructor() {
    const { online } = inject(Connectivity);
    let wasOffline = false;
    effect(() => {
      if (online() && wasOffline) this.retry.emit();
      wasOffline = !online();
    });
  }
}
