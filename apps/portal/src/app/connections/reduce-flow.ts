import { inject, Injectable } from '@angular/core';
import { Dialogs } from '../ui/dialogs';
import { Messages } from '../ui/messages';
import type { ReduceDialog, ReduceResult, ReduceTarget } from './reduce-dialog';

const load = () => import('./reduce-dialog').then((file) => file.ReduceDialog);

/** Asks, reduces to reading, confirms. */
@Injectable({ providedIn: 'root' })
export class ReduceFlow {
  private readonly dialogs = inject(Dialogs);
  private readonly messages = inject(Messages);

  constructor() {
    this.dialogs.prepare(load);
  }

  /** @returns whether the connection is no longer what the page shows */
  async run(target: ReduceTarget): Promise<boolean> {
    const result = await this.dialogs.open<ReduceDialog, ReduceTarget, ReduceResult>(load, {
      data: target,
      // The heading says what is asked; the first button would be read without it.
      autoFocus: 'first-heading',
      restoreFocus: true,
      width: '34rem',
      maxWidth: 'calc(100vw - 2rem)',
    });
    if (result === 'reduced') {
      const { appName: app, ownerName: person } = target;
      const text = person ? 'connections.reduce.doneOf' : 'connections.reduce.done';
      this.messages.show(text, { app, person });
    }
    return result !== undefined;
  }
}
