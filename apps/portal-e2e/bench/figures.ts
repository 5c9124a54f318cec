import { appendFile } from 'node:fs/promises';

/** How often each page is opened. */
export const ROUNDS = Number(process.env['PORTAL_ROUNDS'] ?? 5);

/** Leaves a row of a table to `npm run bench:portal`. */
export async function report(table: string, row: Record<string, string | number>): Promise<void> {
  const file = process.env['PORTAL_REPORT'];
  if (!file) throw new Error('PORTAL_REPORT is missing. Run this as: npm run bench:portal');
  await appendFile(file, `${JSON.stringify({ table, row })}\n`);
}

export function median(values: number[]): number {
  const sorted = [...values].sort((one, other) => one - other);
  const middle = Math.floor(sorted.length / 2);
  const upper = sorted[middle];
  const lower = sorted.length % 2 ? upper : sorted[middle - 1];
  if (upper === undefined || lower === undefined) throw new Error('nothing was measured');
  return (lower + upper) / 2;
}
