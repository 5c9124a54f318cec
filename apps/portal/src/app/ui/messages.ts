import { inject, Injectable, Injector } from '@angular/core';
import { TranslocoService } from '@jsverse/transloco';
import { whenSettled } from './settled';

/** Long enough to read two lines, and nothing in it is needed afterwards. */
const SHOWN_FOR_MS = 7000;

/**
 * Says briefly that something has been done, to the eye and to screen readers. The snack bar's code
 * is fetched once the page has settled.
 */
@Injectable({ providedIn: 'root' })
export class Messages {
  private readonly injector = inject(Injector);
  private readonly transloco = inject(TranslocoService);

  constructor() {
    whenSettled(() => void this.snackBar().catch(() => undefined));
  }

  /** @param text a text key */
  show(text: string, values?: Record<string, unknown>): void {
    const words = this.transloco.translate<string>(text, values);
    this.snackBar()
      .then((snackBar) => snackBar.open(words, undefined, { duration: SHOWN_FOR_MS }))
      // What it confirms can be seen on the page as well.
      .catch(() => undefined);
  }

  private async snackBar() {
    const { MatSnackBar } = await import('./material-snack-bar');
    return this.injector.get(MatSnackBar);
  }
}
