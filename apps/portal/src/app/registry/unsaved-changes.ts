import { inject, Injectable } from '@angular/core';
import { SessionStore } from '../session/session-store';
import { Confirmation } from '../ui/confirmation';

/** Asks before what has been typed is lost. */
@Injectable({ providedIn: 'root' })
export class UnsavedChanges {
  private readonly confirmation = inject(Confirmation);
  private readonly session = inject(SessionStore);

  async mayLeave(isUnsaved: boolean): Promise<boolean> {
    // Without a session nothing can be saved any more.
    if (!isUnsaved || this.session.nobody()) return true;
    return this.confirmation.ask({
      heading: { text: 'registry.leave.heading' },
      points: [{ text: 'registry.leave.text' }],
      confirm: { text: 'registry.leave.confirm' },
      danger: true,
    });
  }
}
