import { inject, Injectable } from '@angular/core';
import { Formats } from '../i18n/formats';
import { fullName } from '../people/full-name';
import type { Named } from '../people/person-picker';
import { Dialogs } from '../ui/dialogs';
import { Messages } from '../ui/messages';
import type { AdvanceDialog, AdvanceQuestion } from './advance-dialog';

const load = () => import('./advance-dialog').then((file) => file.AdvanceDialog);
/** More names than that are counted. */
const NAMED = 3;

/** Asks for whom an application is allowed in advance, does it, confirms. */
@Injectable({ providedIn: 'root' })
export class AdvanceFlow {
  private readonly dialogs = inject(Dialogs);
  private readonly messages = inject(Messages);
  private readonly formats = inject(Formats);

  constructor() {
    this.dialogs.prepare(load);
  }

  /** @returns whether it has been done */
  async run(question: AdvanceQuestion): Promise<boolean> {
    const forWhom = await this.dialogs.open<AdvanceDialog, AdvanceQuestion, Named[] | 'everybody'>(
      load,
      {
        data: question,
        // The heading says what is asked; the first choice would be read without it.
        autoFocus: 'first-heading',
        restoreFocus: true,
        width: '34rem',
        maxWidth: 'calc(100vw - 2rem)',
        maxHeight: 'calc(100dvh - 2rem)',
        // The session may end behind the dialog.
        closeOnNavigation: 'url-change',
      },
    );
    if (!forWhom) return false;
    const { name: app } = question.client;
    if (forWhom === 'everybody') {
      this.messages.show('applications.advance.done', { app });
    } else if (forWhom.length <= NAMED) {
      const names = forWhom.map(fullName);
      const people = this.formats.list(names);
      this.messages.show('applications.advance.doneSome', { app, people });
    } else {
      const count = this.formats.number(forWhom.length);
      this.messages.show('applications.advance.doneMore', { app, count });
    }
    return true;
  }
}
