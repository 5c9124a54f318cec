import { inject, Injectable } from '@angular/core';
import { SessionStore } from '../session/session-store';
import { Confirmation } from '../ui/confirmation';

/** Asks before what has been typed is lost. */
@Injectable({ providedIn: 'root' })
export class Leaving {
  private readonly confirmation = inject(Confirmation);
  private readonly session = inject(SessionStore);

  async may(unsaved: boolean): Promise<boolean> {
    // Without a session nothing can be saved any more.
    if (!unsaved || this.session.nobody()) return true;
    return this.confirmation.ask({
      heading: { text: 'registry.leave.heading' },
      points: [{ text: 'registry.leave.text' }],
      confirm: { text: 'registry.leave.confirm' },
      danger: true,
      action: () => Promise.resolve(),
    });
  }
}
