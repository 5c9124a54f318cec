import { sep } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import { root } from '../setup/workspace.mjs';

/**
 * Lines of the table with the size of every script, which Angular's development server prints at each
 * compilation and after each mended error: sixty, with which the addresses and the API's lines would
 * leave the screen. Some come in two pieces.
 */
const TABLE = [
  /^portal: [ \w]*\|/,
  /^portal: (chunk-\w+|main|styles|polyfills)\.(js|css)\b/,
  /^portal: (Initial|Lazy) chunk files\b/,
  /^portal: .*\| *Initial total\b/,
  /^portal: \.\.\.and \d+ more lazy chunks? files?/,
  /^portal: NOTE: Raw file sizes /,
];

const LEVELS = { 40: 'WARN ', 50: 'ERROR ', 60: 'FATAL ' };

/**
 * The log of `npm run dev`, for people: without Angular's tables, and the API's records as sentences,
 * with the stack of an error below it.
 * @returns a function that takes what was written and passes it on in whole lines
 */
export function devLog(passOn) {
  let rest = '';
  return (chunk) => {
    const lines = `${rest}${chunk}`.split('\n');
    rest = lines.pop();
    const kept = lines.filter((line) => !isOfTable(line)).flatMap(readable);
    if (kept.length > 0) passOn(`${kept.join('\n')}\n`);
  };
}

function isOfTable(line) {
  const text = stripVTControlCharacters(line);
  return TABLE.some((pattern) => pattern.test(text));
}

/** @returns the lines to show for one of Nx's, which begins with the name of a project */
function readable(line) {
  const start = line.indexOf('{"level":');
  const record = start > 0 ? parsed(line.slice(start)) : undefined;
  if (!record) return [line];
  const prefix = line.slice(0, start);
  const { level, time, msg, err = {}, stack = err.stack, ...others } = record;
  const { message, code, constraint } = err;
  const what = [msg, message].filter(Boolean).join(': ');
  const words = inWords(what, { ...others, code, constraint });
  return [
    `${prefix}${new Date(time).toTimeString().slice(0, 8)} ${LEVELS[level] ?? ''}${words}`,
    ...framesOf(stack).map((frame) => `${prefix}${frame}`),
  ];
}

function parsed(text) {
  try {
    return JSON.parse(text);
  } catch {
    // Another program's, or a line that came in two pieces.
    return undefined;
  }
}

function inWords(msg, { method, path, status, ms, ...others }) {
  const request = method && [method, path, status, ms === undefined ? '' : `${ms} ms`];
  const what = request ? [...request, msg === 'request' ? '' : msg] : [msg];
  const fields = Object.entries(others)
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => `${name}=${typeof value === 'string' ? value : JSON.stringify(value)}`);
  return [...what, ...fields].filter((part) => part !== undefined && part !== '').join(' ');
}

/** Node's own frames say nothing; paths in the workspace are ones that an editor's terminal opens. */
function framesOf(stack) {
  if (typeof stack !== 'string') return [];
  return stack
    .split('\n')
    .filter((line) => /^ +at /.test(line) && !/\(?node:/.test(line))
    .map((line) => line.replace('file://', '').replace(`${root}${sep}`, ''));
}
