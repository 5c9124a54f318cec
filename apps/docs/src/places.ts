/** The list of pages is always open where there is room for it beside the page. */
export function showPlaces(): void {
  const places = document.querySelector<HTMLDetailsElement>('.places');
  if (!places) return;
  const wide = matchMedia('(min-width: 56.01rem)');
  const follow = () => (places.open = wide.matches);
  wide.addEventListener('change', follow);
  follow();
}
