import { inject } from '@angular/core';
import { CanActivateFn, RedirectCommand, Router } from '@angular/router';
import { SessionStore } from './session-store';
import { SignedInBefore } from './signed-in-before';

/** Lets signed-in users in and sends everyone else through the sign-in page, back to this address. */
export const sessionGuard: CanActivateFn = async (_route, state) => {
  const router = inject(Router);
  const store = inject(SessionStore);
  try {
    if (await store.load()) return true;
  } catch {
    // The frame behind the guard shows what is wrong, and offers to try again.
    return true;
  }
  store.cameFor = state.url;
  return new RedirectCommand(
    // Without the fragment: the token of a link from a mail must not stay in an address.
    router.createUrlTree(['/sign-in'], { queryParams: { returnTo: state.url.split('#', 1)[0] } }),
    {
      replaceUrl: true,
    },
  );
};

/** Finds out who is signed in before the sign-in page asks anybody to; it opens either way. */
export const sessionKnown: CanActivateFn = async () => {
  const store = inject(SessionStore);
  // Another tab that signs out takes the note of that away, but not what this page knows.
  const known = inject(SignedInBefore).get() || store.session() !== null;
  if (known && !store.nobody()) await store.load().catch(() => null);
  return true;
};
