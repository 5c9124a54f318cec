/** What somebody has chosen before they answer a request. */
export interface Choices {
  viewOnly: boolean;
  /** The text key of the time limit; '' where none has been chosen. */
  limit: string;
}

const KEY = 'flixcheck.consent';

/** In this tab alone, so that whoever signs in again, or reloads, grants no more than they meant to. */
export function keepChoices(userId: string, choices: Choices): void {
  try {
    sessionStorage.setItem(KEY, JSON.stringify([request(userId), choices]));
  } catch {
    // Storage is off or full.
  }
}

/** @returns null for somebody else and for another request */
export function keptChoices(userId: string): Choices | null {
  try {
    const [of, choices] = JSON.parse(sessionStorage.getItem(KEY) ?? '[]') as [string?, Choices?];
    return (of === request(userId) && choices) || null;
  } catch {
    return null;
  }
}

/** Once the answer is given. */
export function forgetChoices(): void {
  try {
    sessionStorage.removeItem(KEY);
  } catch {
    // Storage is off.
  }
}

const request = (userId: string): string => userId + location.search;
