/** What somebody has chosen before they answer a request. */
export interface Choices {
  viewOnly: boolean;
  /** The text key of the time limit; '' where none has been chosen. */
  limit: string;
}

const KEY = 'flixcheck.consent';

/** In this tab alone, so that whoever signs in again, or reloads, grants no more than they meant to. */
export function keepChoices(userId: string, choices: Choices): void {
  stored((storage) => storage.setItem(KEY, JSON.stringify([request(userId), choices])));
}

/** @returns null for somebody else and for another request */
export function keptChoices(userId: string): Choices | null {
  return (
    stored((storage) => {
      const [of, choices] = JSON.parse(storage.getItem(KEY) ?? '[]') as [string?, Choices?];
      return of === request(userId) && choices;
    }) || null
  );
}

/** Once the answer is given. */
export function forgetChoices(): void {
  stored((storage) => storage.removeItem(KEY));
}

const request = (userId: string): string => userId + location.search;

/** @returns undefined where storage is off or full, or holds something else */
function stored<T>(use: (storage: Storage) => T): T | undefined {
  try {
    return use(sessionStorage);
  } catch {
    return undefined;
  }
}
