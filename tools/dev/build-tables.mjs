import { stripVTControlCharacters } from 'node:util';

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

const isOfTable = (line) => TABLE.some((pattern) => pattern.test(line));

/** @returns a function that takes what was written and passes on, in whole lines, what is worth it */
export function withoutBuildTables(passOn) {
  let rest = '';
  return (chunk) => {
    const lines = `${rest}${chunk}`.split('\n');
    rest = lines.pop();
    const kept = lines.filter((line) => !isOfTable(stripVTControlCharacters(line)));
    if (kept.length > 0) passOn(`${kept.join('\n')}\n`);
  };
}
