import { ChangeDetectionStrategy, Component, input } from '@angular/core';
import { Icon } from './icon';

/** A page or section that has nothing else to show: empty, not found, no permission, error. */
@Component({
  selector: 'fx-page-state',
  changeDetection: ChangeDetectionStrategy.OnPush,
  imports: [Icon],
  template: `
    <span class="sign"><fx-icon [svg]="icon()" /></span>
    @if (level() === 1) {
      <h1>{{ heading() }}</h1>
    } @else {
      <h2>{{ heading() }}</h2>
    }
    <div class="text"><ng-content /></div>
    <div class="actions"><ng-content select="[actions]" /></div>
  `,
  styles: `
    :host {
      display: grid;
      justify-items: center;
      gap: var(--fx-space-2);
      padding: var(--fx-space-7) var(--fx-space-5);
      text-align: center;
    }
    .sign {
      display: grid;
      place-items: center;
      width: 3.5rem;
      height: 3.5rem;
      margin-bottom: var(--fx-space-2);
      border-radius: 50%;
      background: var(--mat-sys-secondary-container);
      color: var(--mat-sys-on-secondary-container);
      font-size: 1.75rem;
    }
    .text {
      display: grid;
      gap: var(--fx-space-2);
      max-width: 32rem;
      color: var(--mat-sys-on-surface-variant);
      text-wrap: pretty;
    }
    .actions {
      display: flex;
      flex-wrap: wrap;
      justify-content: center;
      gap: var(--fx-space-3);
      margin-top: var(--fx-space-3);
    }
    .actions:empty {
      display: none;
    }
  `,
})
export class PageState {
  readonly icon = input.required<string>();
  readonly heading = input.required<string>();
  readonly level = input<1 | 2>(2);
}
