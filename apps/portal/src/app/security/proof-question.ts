import { inject, Injectable } from '@angular/core';
import { Dialogs } from '../ui/dialogs';
import type { ProofDialog } from './proof-dialog';

const load = () => import('./proof-dialog').then((file) => file.ProofDialog);

/** Asks somebody who is signed in to prove that it is them. */
@Injectable({ providedIn: 'root' })
export class ProofQuestion {
  private readonly dialogs = inject(Dialogs);

  /** @returns whether they have */
  async ask(): Promise<boolean> {
    const proven = await this.dialogs.open<ProofDialog, undefined, boolean>(load, {
      ariaModal: true,
      width: '28rem',
      maxWidth: 'calc(100vw - 2rem)',
      maxHeight: 'calc(100dvh - 2rem)',
      closeOnNavigation: 'url-change',
    });
    return proven ?? false;
  }
}
