import { inject, Injectable } from '@angular/core';
import type { MatDialogConfig } from '@angular/material/dialog';
import type { ConfirmDialog } from './confirm-dialog';
import { Dialogs } from './dialogs';
import { CONCERNED_ID, POINTS_ID, type Question } from './question';

const load = () => import('./confirm-dialog').then((file) => file.ConfirmDialog);

/** Asks once before something happens that cannot be taken back. */
@Injectable({ providedIn: 'root' })
export class Confirmation {
  private readonly dialogs = inject(Dialogs);

  constructor() {
    this.dialogs.prepare(load);
  }

  /**
   * @param question or what makes it, where the API has to be asked first
   * @returns true when the action, if there is one, has been done, false when the answer was no
   */
  async ask(question: Question | (() => Promise<Question>)): Promise<boolean> {
    const done = await this.dialogs.open<ConfirmDialog, Question, boolean>(
      load,
      typeof question === 'function' ? async () => config(await question()) : config(question),
    );
    return done ?? false;
  }
}

function config(question: Question): MatDialogConfig<Question> {
  return {
    data: question,
    role: 'alertdialog',
    ariaModal: true,
    ariaDescribedBy: question.email ? `${CONCERNED_ID} ${POINTS_ID}` : POINTS_ID,
    width: '30rem',
    maxWidth: 'calc(100vw - 2rem)',
    maxHeight: 'calc(100dvh - 2rem)',
    // The session may end behind the dialog.
    closeOnNavigation: 'url-change',
  };
}
