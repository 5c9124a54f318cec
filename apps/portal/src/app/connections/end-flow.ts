import { inject, Injectable } from '@angular/core';
import { MatDialog } from '@angular/material/dialog';
import { firstValueFrom } from 'rxjs';
import { Messages } from '../ui/messages';
import { EndDialog } from './end-dialog';
import { EndTarget } from './end-connections';

/** Asks, ends, confirms. */
@Injectable({ providedIn: 'root' })
export class EndFlow {
  private readonly dialog = inject(MatDialog);
  private readonly messages = inject(Messages);

  /** @returns whether it has been ended */
  async run(target: EndTarget): Promise<boolean> {
    const dialog = this.dialog.open<EndDialog, EndTarget, boolean>(EndDialog, {
      data: target,
      // The heading says what is asked; the first button would be read without it.
      autoFocus: 'first-heading',
      restoreFocus: true,
    });
    if (!(await firstValueFrom(dialog.afterClosed()))) return false;
    this.confirm(target);
    return true;
  }

  private confirm(target: EndTarget): void {
    switch (target.kind) {
      case 'one':
        return this.messages.show('connections.end.done.one', { app: target.appName });
      case 'person':
        return this.messages.show('connections.end.done.person', { person: target.personName });
      case 'app':
        return this.messages.show('connections.end.done.app', { app: target.appName });
    }
  }
}
