import { ChangeDetectionStrategy, Component, DestroyRef, inject, signal } from '@angular/core';
import { TranslocoPipe } from '@jsverse/transloco';

/** From here on people wonder whether anything is still happening. */
const SLOW_AFTER_MS = 6000;

/** Stands below a skeleton: tells a screen reader that something loads, and everyone when it drags on. */
@Component({
  selector: 'fx-waiting',
  changeDetection: ChangeDetectionStrategy.OnPush,
  imports: [TranslocoPipe],
  template: `<p role="status" class="fx-small fx-muted" [class.fx-visually-hidden]="!slow()">
    {{ (slow() ? 'waiting.slow' : 'waiting.loading') | transloco }}
  </p>`,
  styles: `
    p {
      padding: var(--fx-space-4);
      text-align: center;
    }
  `,
})
export class Waiting {
  protected readonly slow = signal(false);

  constructor() {
    const timer = setTimeout(() => this.slow.set(true), SLOW_AFTER_MS);
    inject(DestroyRef).onDestroy(() => clearTimeout(timer));
  }
}
