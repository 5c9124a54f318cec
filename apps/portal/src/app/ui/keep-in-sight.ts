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
  // Where it sticks once there is room above it: before that, it moves with what is scrolled.
  const edge = Math.min(bar.getBoundingClientRect().top, innerHeight - bar.offsetHeight);
  const hidden = bottom + GAP - edge;
  if (hidden > 0 && getComputedStyle(bar).position === 'sticky') scrollBy(0, hidden);
}
