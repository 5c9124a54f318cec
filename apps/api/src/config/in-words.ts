import { DAY, HOUR, MINUTE, SECOND } from './clock.js';

const UNITS = [
  ['days', DAY],
  ['hours', HOUR],
  ['minutes', MINUTE],
  ['seconds', SECOND],
] as const;

/**
 * A length of time for people, so that a text says what the code does: `60 seconds`, `30 days`.
 * @param ms a whole number of seconds, more than one
 */
export function inWords(ms: number): string {
  const [unit, length] = UNITS.find(([, each]) => ms > each && ms % each === 0) ?? ['ms', 1];
  return `${ms / length} ${unit}`;
}
