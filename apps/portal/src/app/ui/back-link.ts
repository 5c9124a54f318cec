import { ChangeDetectionStrategy, Component } from '@angular/core';
import back from '@material-symbols/svg-400/rounded/arrow_back.svg';
import { Icon } from './icon';

/** Above a page: the link to the list that it belongs to. */
@Component({
  selector: 'a[fx-back]',
  changeDetection: ChangeDetectionStrategy.OnPush,
  imports: [Icon],
  template: `<fx-icon [svg]="icon" /><ng-content />`,
  styles: `
    :host {
      display: inline-flex;
      align-items: center;
      gap: var(--fx-space-2);
      min-height: 2.75rem;
      margin-bottom: var(--fx-space-2);
      color: var(--mat-sys-on-surface-variant);
      font-size: var(--fx-text-sm);
      font-weight: var(--fx-weight-medium);
      text-decoration: none;
    }

    :host(:hover) {
      color: var(--mat-sys-on-surface);
      text-decoration: underline;
    }

    fx-icon {
      font-size: 1.125rem;
    }
  `,
})
export class BackLink {
  protected readonly icon = back;
}
