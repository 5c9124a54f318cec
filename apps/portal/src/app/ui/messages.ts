import { inject, Injectable } from '@angular/core';
import { MatSnackBar } from '@angular/material/snack-bar';
import { TranslocoService } from '@jsverse/transloco';

/** Long enough to read two lines, and nothing in it is needed afterwards. */
const SHOWN_FOR_MS = 7000;

/** Says briefly that something has been done, to the eye and to screen readers. */
@Injectable({ providedIn: 'root' })
export class Messages {
  private readonly snackBar = inject(MatSnackBar);
  private readonly transloco = inject(TranslocoService);

  /** @param text a text key */
  show(text: string, values?: Record<string, unknown>): void {
    this.snackBar.open(this.transloco.translate(text, values), undefined, {
      duration: SHOWN_FOR_MS,
    });
  }
}
