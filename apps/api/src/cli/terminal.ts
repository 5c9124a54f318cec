import { Option } from 'commander';
import { createInterface } from 'node:readline/promises';
import type { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { pipeline } from 'node:stream/promises';

/** What a command reads from and writes to; tests replace it. */
export interface Terminal {
  out(text: string): void;
  error(text: string): void;
  /** As `out`, for what is too long to be held at once; a reader who is slow is waited for. */
  send(content: Readable): Promise<void>;
  /** All of standard input. */
  readInput(): Promise<string>;
  /** Asks the person at the terminal; undefined if there is nobody. */
  ask?: ((question: string) => Promise<string>) | undefined;
  env: NodeJS.ProcessEnv;
}

/** Standard output belongs to the command's answer. */
async function askOnTerminal(question: string): Promise<string> {
  const lines = createInterface({ input: process.stdin, output: process.stderr });
  try {
    const ended = new Promise<string>((end) => lines.once('close', () => end('')));
    return await Promise.race([lines.question(question), ended]);
  } finally {
    lines.close();
  }
}

export const processTerminal: Terminal = {
  out: (line) => void process.stdout.write(`${line}\n`),
  error: (line) => void process.stderr.write(`${line}\n`),
  send: (content) => pipeline(content, process.stdout, { end: false }),
  readInput: () => text(process.stdin),
  ask: process.stdin.isTTY && process.stderr.isTTY ? askOnTerminal : undefined,
  env: process.env,
};

/** The options of every command that shows something. */
export interface Output {
  json?: boolean;
}

export function jsonOption(): Option {
  return new Option('--json', 'answer as JSON, for programs');
}

export function toJson(value: unknown): string {
  return JSON.stringify(value, null, 2);
}

export type Cell = string | number | boolean | Date | null | undefined;

/** Rows under headings, as wide as their longest cell; `none` if there are no rows. */
export function table(headings: readonly string[], rows: readonly Cell[][], none: string): string {
  if (rows.length === 0) return none;
  const lines = [headings, ...rows].map((row) => row.map(plain));
  const widths = headings.map((_, column) =>
    Math.max(...lines.map((cells) => cells[column]?.length ?? 0)),
  );
  return lines
    .map((cells) => cells.map((cell, column) => cell.padEnd(widths[column] ?? 0)))
    .map((cells) => cells.join('  ').trimEnd())
    .join('\n');
}

/** One thing, a line for each of its fields; fields without a value are left out. */
export function card(fields: readonly (readonly [name: string, value: Cell | Cell[]])[]): string {
  const shown = fields.flatMap(([name, value]) =>
    [value].flat().map((item, index) => [index === 0 ? name : '', plain(item)] as const),
  );
  const width = Math.max(...shown.map(([name]) => name.length));
  return shown
    .filter(([, value]) => value !== '')
    .map(([name, value]) => `  ${name.padEnd(width)}  ${value}`)
    .join('\n');
}

/** Without control characters, which could steer the terminal. */
function plain(cell: Cell): string {
  if (cell === null || cell === undefined) return '';
  if (typeof cell === 'boolean') return cell ? 'yes' : 'no';
  const shown = cell instanceof Date ? cell.toISOString() : String(cell);
  return shown.replace(/[\p{Cc}\p{Cf}]/gu, '?');
}
