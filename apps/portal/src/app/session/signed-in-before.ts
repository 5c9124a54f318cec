import { DOCUMENT, inject, Injectable } from '@angular/core';

export const SIGNED_IN_BEFORE = 'flixcheck.signed-in';

/**
 * Whether somebody has signed in with this browser and not signed out again. Only then is it worth
 * asking who that is: to anybody else the question costs a request before the page is shown, and
 * its refusal stands in the console as an error.
 */
@Injectable({ providedIn: 'root' })
export class SignedInBefore {
  private readonly storage = inject(DOCUMENT).defaultView;

  get(): boolean {
    return this.note() === 'yes';
  }

  /** `no`: somebody has signed out. Null where a session has ended by itself, or there was none. */
  note(): string | null {
    try {
      return this.storage?.localStorage.getItem(SIGNED_IN_BEFORE) ?? null;
    } catch {
      // Storage may be switched off; then nobody has.
      return null;
    }
  }

  set(note: 'yes' | 'no' | null): void {
    try {
      if (note) this.storage?.localStorage.setItem(SIGNED_IN_BEFORE, note);
      else this.storage?.localStorage.removeItem(SIGNED_IN_BEFORE);
    } catch {
      return;
    }
  }
}
