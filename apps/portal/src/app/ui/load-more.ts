import { ChangeDetectionStrategy, Component, input, output } from '@angular/core';
import { TranslocoDirective } from '@jsverse/transloco';

/**
 * Below a list: reads its next page, and says when that has failed. The button goes with the last
 * page, and the focus with it: the page puts the focus on the first item that has come.
 */
@Component({
  selector: 'fx-load-more',
  changeDetection: ChangeDetectionStrategy.OnPush,
  imports: [TranslocoDirective],
  template: `
    <ng-container *transloco="let t">
      <div role="alert">
        @if (failed()) {
          <p class="fx-small">{{ failure() }}</p>
        }
      </div>
      <button
        type="button"
        class="fx-button fx-button--secondary"
        [attr.aria-disabled]="loading() ? true : null"
        (click)="more.emit()"
      >
        {{ loading() ? t('settings.loadingMore') : label() }}
      </button>
    </ng-container>
  `,
  styles: `
    :host {
      display: grid;
      justify-items: center;
      margin-top: var(--fx-space-5);
      text-align: center;
    }
    p {
      margin-bottom: var(--fx-space-3);
      color: var(--mat-sys-error);
    }
  `,
})
export class LoadMore {
  /** What the button is called while nothing is on its way. */
  readonly label = input.required<string>();
  readonly loading = input.required<boolean>();
  readonly failed = input.required<boolean>();
  /** Said once it has failed. */
  readonly failure = input.required<string>();
  /** Not asked again by the list while a page is on its way (`PagedList.loadMore`). */
  readonly more = output();
}
