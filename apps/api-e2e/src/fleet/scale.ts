import { appendFileSync } from 'node:fs';

/**
 * How much of a load: enough for a proof by default; `npm run bench:load` sets the variables to what
 * its figures need.
 */
export function scale(variable: string, fallback: number): number {
  const value = process.env[variable];
  if (value === undefined) return fallback;
  if (!/^[1-9]\d{0,6}$/.test(value))
    throw new Error(`${variable} must be a number, not '${value}'`);
  return Number(value);
}

/** Leaves figures for the bench, which names a file to collect them. */
export function report(name: string, figures: object): void {
  const file = process.env['LOAD_REPORT'];
  if (file) appendFileSync(file, `${JSON.stringify({ name, ...figures })}\n`);
}

/** The value that a share of all values does not exceed; NaN of none. */
export function percentile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)] ?? NaN;
}

export const times = <T>(count: number, make: (index: number) => T): T[] =>
  Array.from({ length: count }, (_, index) => make(index));

/**
 * Runs `work` for each index, `lanes` at a time.
 * @param work told which of the lanes it runs in: what it uses of that lane, nobody else does
 */
export async function inLanes(
  count: number,
  lanes: number,
  work: (index: number, lane: number) => Promise<void>,
): Promise<void> {
  let next = 0;
  const run = async (lane: number) => {
    while (next < count) await work(next++, lane);
  };
  await Promise.all(times(Math.min(lanes, count), run));
}
