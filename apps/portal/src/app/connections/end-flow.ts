import { inject, Injectable } from '@angular/core';
import { Dialogs } from '../ui/dialogs';
import { Messages } from '../ui/messages';
import { EndTarget } from './end-connections';
import type { EndDialog } from './end-dialog';

const load = () => import('./end-dialog').then((file) => file.EndDialog);

/** Asks, ends, confirms. */
@Injectable({ providedIn: 'root' })
export class EndFlow {
  private readonly dialogs = inject(Dialogs);
  private readonly messages = inject(Messages);

  constructor() {
    this.dialogs.prepare(load);
  }

  /** @returns whether it has been ended */
  async run(target: EndTarget): Promise<boolean> {
    const ended = await this.dialogs.open<EndDialog, EndTarget, boolean>(load, {
      data: target,
      // The heading says what is asked; the first button would be read without it.
      autoFocus: 'first-heading',
      restoreFocus: true,
    });
    if (!ended) return false;
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
