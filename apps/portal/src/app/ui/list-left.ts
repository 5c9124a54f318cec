import { inject } from '@angular/core';
import { Params, Router } from '@angular/router';

/**
 * The query of the list that was left for the page that is being built, out of its link's state
 * `list`, which outlives a reload; in an injection context.
 * @returns undefined where no list was left
 */
export function listLeft(): Params | undefined {
  const router = inject(Router);
  // After a reload the page may be built only once its navigation has ended.
  const navigation = router.currentNavigation() ?? router.lastSuccessfulNavigation();
  return navigation?.extras.state?.['list'] as Params | undefined;
}
