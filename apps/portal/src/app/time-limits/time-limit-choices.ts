import { REMIND_DAYS } from '@flixcheck/api-types/limits';

const DAY_MS = 24 * 60 * 60 * 1000;
const YEAR_DAYS = 365;

/** One time that a connection may be given. */
export interface TimeLimitChoice {
  /** When it ends by itself; null: never. */
  expiresAt: string | null;
  /** A text key, which takes the `date` of the end. */
  text: string;
}

const NONE: TimeLimitChoice = { expiresAt: null, text: 'timeLimit.none' };

/** @returns the moment so many days from now, in whole seconds as the API keeps it */
export function endAfter(days: number, now: number): string {
  return new Date(Math.floor(now / 1000) * 1000 + days * DAY_MS).toISOString();
}

/**
 * What can be chosen, the present end first where there is one.
 * @param present when it ends as it is
 * @param onlyShorter for those who did not grant access themselves
 */
export function timeLimitChoices(
  present: string | null,
  now: number,
  onlyShorter = false,
): TimeLimitChoice[] {
  const spans: TimeLimitChoice[] = [
    { expiresAt: endAfter(30, now), text: 'timeLimit.days30' },
    { expiresAt: endAfter(90, now), text: 'timeLimit.days90' },
    { expiresAt: endAfter(YEAR_DAYS, now), text: 'timeLimit.year' },
  ];
  const asBefore = present ? { expiresAt: present, text: 'timeLimit.asBefore' } : NONE;
  const others = present ? [NONE, ...spans] : spans;
  return [
    asBefore,
    ...others.filter(({ expiresAt }) => !onlyShorter || isEarlier(expiresAt, present)),
  ];
}

function isEarlier(one: string | null, other: string | null): boolean {
  if (one === null) return false;
  return other === null || Date.parse(one) < Date.parse(other);
}

/** Whether somebody should be reminded that a connection is about to end. */
export function endsSoon(expiresAt: string | null, now: number): boolean {
  return expiresAt !== null && Date.parse(expiresAt) - now < REMIND_DAYS * DAY_MS;
}
