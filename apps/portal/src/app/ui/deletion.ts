import { inject, Injectable } from '@angular/core';
import type { DeleteDialog, DeleteQuestion } from './delete-dialog';
import { Dialogs } from './dialogs';

const load = () => import('./delete-dialog').then((file) => file.DeleteDialog);

/** Asks before something ends that does not come back: the name has to be typed. */
@Injectable({ providedIn: 'root' })
export class Deletion {
  private readonly dialogs = inject(Dialogs);

  constructor() {
    this.dialogs.prepare(load);
  }

  /**
   * @param question made when it is asked, with the numbers of that moment
   * @returns whether it has ended
   */
  async ask(question: () => Promise<DeleteQuestion>): Promise<boolean> {
    const done = await this.dialogs.open<DeleteDialog, DeleteQuestion, boolean>(load, async () => ({
      data: await question(),
      role: 'alertdialog',
      autoFocus: 'first-heading',
      width: '32rem',
      maxWidth: 'calc(100vw - 2rem)',
      maxHeight: 'calc(100dvh - 2rem)',
    }));
    return done ?? false;
  }
}
