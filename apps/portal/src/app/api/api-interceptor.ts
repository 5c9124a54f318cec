import { HttpContextToken, HttpInterceptorFn } from '@angular/common/http';
import { inject } from '@angular/core';
import { catchError, throwError } from 'rxjs';
import { SessionExpiry } from '../session/session-expiry';
import { apiErrorFrom } from './problem';

/** Set on calls whose 401 the caller puts into words itself. */
export const HANDLES_SESSION_END = new HttpContextToken<boolean>(() => false);

/** Turns every failure into an ApiError, and a session that has ended into a way back in. */
export const apiInterceptor: HttpInterceptorFn = (request, next) => {
  const expiry = inject(SessionExpiry);
  return next(request).pipe(
    catchError((cause: unknown) => {
      const error = apiErrorFrom(cause);
      if (error.code === 'session_required' && !request.context.get(HANDLES_SESSION_END)) {
        expiry.signInAgain();
      }
      return throwError(() => error);
    }),
  );
};
