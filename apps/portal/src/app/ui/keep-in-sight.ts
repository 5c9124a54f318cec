/** Below what has the focus, in pixels. */
const GAP = 8;

/**
 * Scrolls so far that what takes the focus is not behind a bar that sticks to the lower edge. What is
 * being pressed stays where it is: let go beside it, the press would count for nothing.
 */
export function keepInSight({ target }: FocusEvent, bar: HTMLElement): void {
  const focused = target as HTMLElement;
  if (focused.matches(':active')) return;
  const { bottom } = focused.getBoundingClientRect();
  const { top } = bar.getBoundingClientRect();
  if (bottom + GAP <= top || getComputedStyle(bar).position !== 'sticky') return;
  // It moves along with what is scrolled until it sticks.
  scrollBy(0, bottom + GAP - Math.min(top, innerHeight - bar.offsetHeight));
}
