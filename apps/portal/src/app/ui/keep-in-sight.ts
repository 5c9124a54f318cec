/** Below what has the focus, in pixels. */
const GAP = 8;

/** Scrolls so far that what takes the focus is not behind a bar that sticks to the lower edge. */
export function keepInSight({ target }: FocusEvent, bar: HTMLElement): void {
  const { bottom } = (target as HTMLElement).getBoundingClientRect();
  const hidden = bottom + GAP - bar.getBoundingClientRect().top;
  if (hidden > 0 && getComputedStyle(bar).position === 'sticky') scrollBy(0, hidden);
}
