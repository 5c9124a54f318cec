/** Runs when the page has come to rest, so that what is fetched for later delays nothing now. */
export function whenSettled(run: () => void): void {
  const later = () =>
    typeof requestIdleCallback === 'function'
      ? requestIdleCallback(run, { timeout: 5000 })
      : setTimeout(run, 500);
  if (document.readyState === 'complete') later();
  else addEventListener('load', later, { once: true });
}
