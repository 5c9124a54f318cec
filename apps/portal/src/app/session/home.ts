import { inject } from '@angular/core';
import { CanActivateFn, RedirectCommand, Router } from '@angular/router';
import { SessionStore } from './session-store';

/** Where somebody begins: with their connections, or with the applications that they develop. */
export const home: CanActivateFn = () => {
  const place = inject(SessionStore).account()?.kind === 'personal' ? 'developer' : 'connections';
  return new RedirectCommand(inject(Router).createUrlTree(['/settings', place]), {
    replaceUrl: true,
  });
};
