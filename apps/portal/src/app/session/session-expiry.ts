import { inject, Injectable } from '@angular/core';
import { Router } from '@angular/router';

/** What the sign-in page says about why it is shown. */
export type SignInReason = 'expired' | 'signed-out' | 'switch';

/** Sends the browser to the sign-in page, and from there back to the identical address. */
@Injectable({ providedIn: 'root' })
export class SessionExpiry {
  private readonly router = inject(Router);

  signInAgain(): void {
    const here = this.router.url;
    if (here.startsWith('/sign-in')) return;
    void this.router.navigate(['/sign-in'], {
      queryParams: { returnTo: here },
      state: { reason: 'expired' satisfies SignInReason },
      replaceUrl: true,
    });
  }
}
