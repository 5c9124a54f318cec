/** The next round number at or above the highest value, so that the scale can be read. */
export function scaleTop(highest: number): number {
  if (highest <= 5) return 5;
  const magnitude = 10 ** Math.floor(Math.log10(highest));
  const step = [1, 1.5, 2, 3, 4, 5, 8, 10].find((factor) => factor * magnitude >= highest) ?? 10;
  return step * magnitude;
}
