import { inject } from '@angular/core';
import { Router } from '@angular/router';

/** A row of a list that was left for another page. */
export interface LeftRow {
  id: string;
  /** How many rows were shown. */
  shown: number;
}

const STATE = 'leftRow';

/** Notes in the history where whoever comes back was. */
export function leaveRow(row: LeftRow): void {
  history.replaceState({ ...history.state, [STATE]: row }, '');
}

/**
 * The row to which the reader comes back, in an injection context.
 * @returns undefined on any other way to this page
 */
export function leftRow(): LeftRow | undefined {
  const router = inject(Router);
  // After a reload the page may be built only once its navigation has ended.
  const navigation = router.currentNavigation() ?? router.lastSuccessfulNavigation();
  if (navigation?.trigger !== 'popstate') return undefined;
  return navigation.extras.state?.[STATE] as LeftRow | undefined;
}
