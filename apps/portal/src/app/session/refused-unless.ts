import { computed, inject, Signal } from '@angular/core';
import { SessionStore } from './session-store';

/**
 * Whether a page is of no use to who is signed in. Where that is not known, the API decides.
 * @param role whom the page is for
 */
export function refusedUnless(role: 'isAdmin' | 'isOperator'): Signal<boolean> {
  const session = inject(SessionStore);
  return computed(() => session.user() !== null && !session[role]());
}
