import { inject, Injectable } from '@angular/core';
import type { ConfirmDialog } from './confirm-dialog';
import { Dialogs } from './dialogs';

const load = () => import('./confirm-dialog').then((file) => file.ConfirmDialog);
/** Of the list that says what will happen. */
export const POINTS_ID = 'fx-confirm-points';

/** A text key and what goes into the text; it follows the language while it is shown. */
export interface Words {
  text: string;
  values?: Record<string, unknown>;
}

export interface Question {
  heading: Words;
  /** What will happen, and what will not: one sentence each. */
  points: readonly Words[];
  /** The answer that does it, as a verb. */
  confirm: Words;
  danger?: boolean;
  /** Runs while the dialog is open; when it fails, the dialog says so and offers another try. */
  action: () => Promise<void>;
}

/** Asks once before something happens that cannot be taken back. */
@Injectable({ providedIn: 'root' })
export class Confirmation {
  private readonly dialogs = inject(Dialogs);

  constructor() {
    this.dialogs.prepare(load);
  }

  /** @returns true when the action has been done, false when the answer was no */
  async ask(question: Question): Promise<boolean> {
    const done = await this.dialogs.open<ConfirmDialog, Question, boolean>(load, {
      data: question,
      role: 'alertdialog',
      ariaModal: true,
      ariaDescribedBy: POINTS_ID,
      width: '30rem',
      maxWidth: 'calc(100vw - 2rem)',
      maxHeight: 'calc(100dvh - 2rem)',
      // The session may end behind the dialog.
      closeOnNavigation: 'url-change',
    });
    return done ?? false;
  }
}
