import { inject } from '@angular/core';
import { CanActivateFn, RedirectCommand, Router } from '@angular/router';
import { SessionStore } from './session-store';

/**
 * Where somebody begins: with their connections, or with the applications that they develop or
 * register.
 */
export const home: CanActivateFn = () => {
  const session = inject(SessionStore);
  const place =
    session.account()?.kind === 'personal'
      ? 'developer'
      : session.isOperator()
        ? 'registry'
        : 'connections';
  const router = inject(Router);
  // Why the settings begin anew is for the page to say.
  const state = router.currentNavigation()?.extras.state ?? {};
  return new RedirectCommand(router.createUrlTree(['/settings', place]), {
    replaceUrl: true,
    state,
  });
};
