import { inject } from '@angular/core';
import { CanMatchFn } from '@angular/router';
import { SessionStore } from './session-store';
import { SignedInBefore } from './signed-in-before';

/** For what people who are signed in are shown otherwise than everybody else. */
export const signedIn: CanMatchFn = async () => {
  const store = inject(SessionStore);
  const known = inject(SignedInBefore).get() || store.session() !== null;
  if (!known || store.nobody()) return false;
  return (await store.load().catch(() => null)) !== null;
};
