import { inject, Injectable } from '@angular/core';
import { MatDialog } from '@angular/material/dialog';
import { MatSnackBar } from '@angular/material/snack-bar';
import { TranslocoService } from '@jsverse/transloco';
import { firstValueFrom } from 'rxjs';
import { EndDialog } from './end-dialog';
import { EndTarget } from './end-connections';

/** Asks, ends, confirms. */
@Injectable({ providedIn: 'root' })
export class EndFlow {
  private readonly dialog = inject(MatDialog);
  private readonly snackBar = inject(MatSnackBar);
  private readonly transloco = inject(TranslocoService);

  /** @returns whether it has been ended */
  async run(target: EndTarget): Promise<boolean> {
    const dialog = this.dialog.open<EndDialog, EndTarget, boolean>(EndDialog, {
      data: target,
      // The heading says what is asked; the first button would be read without it.
      autoFocus: 'first-heading',
      restoreFocus: true,
    });
    if (!(await firstValueFrom(dialog.afterClosed()))) return false;
    this.snackBar.open(this.confirmation(target), undefined, { duration: 6000 });
    return true;
  }

  private confirmation(target: EndTarget): string {
    switch (target.kind) {
      case 'one':
        return this.transloco.translate('connections.end.done.one', { app: target.appName });
      case 'person':
        return this.transloco.translate('connections.end.done.person', {
          person: target.personName,
        });
      case 'app':
        return this.transloco.translate('connections.end.done.app', { app: target.appName });
    }
  }
}
