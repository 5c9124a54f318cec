import { Location } from '@angular/common';
import { inject } from '@angular/core';
import { takeUntilDestroyed } from '@angular/core/rxjs-interop';
import { ActivatedRoute } from '@angular/router';

/**
 * Takes the token of a link from a mail out of the fragment, for the page that the link leads to.
 * @param address of the page; what is left in the address bar, so that no history and no later
 *   visitor of this browser keeps the token
 * @param take called with each token, and with null where the address has none: another link that
 *   is opened in this tab changes nothing but the fragment
 */
export function takeLinkToken(address: string, take: (token: string | null) => void): void {
  const location = inject(Location);
  inject(ActivatedRoute)
    .fragment.pipe(takeUntilDestroyed())
    .subscribe((fragment) => {
      if (fragment) location.replaceState(address);
      take(fragment || null);
    });
}
