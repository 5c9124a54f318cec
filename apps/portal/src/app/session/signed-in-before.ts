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

  // Storage may be switched off; then nobody has.
  get(): boolean {
    try {
      return this.storage?.localStorage.getItem(SIGNED_IN_BEFORE) === 'yes';
    } catch {
      return false;
    }
  }

  set(signedIn: boolean): void {
    try {
      if (signedIn) this.storage?.localStorage.setItem(SIGNED_IN_BEFORE, 'yes');
      else this.storage?.localStorage.removeItem(SIGNED_IN_BEFORE);
    } catch {
      return;
    }
  }
}
