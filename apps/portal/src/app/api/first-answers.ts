/**
 * What the boot script has asked the API for while the application was still on its way. Part of
 * the boot script: whatever is imported here is in front of every page.
 */
const page = globalThis as { fxFirstAnswers?: Record<string, Promise<Response>> };

/** What nobody has taken by then is too old to be shown. */
const GONE_AFTER_MS = 15_000;

export const JSON_ANSWER = { accept: 'application/json' };

/** Asks at once; `Api` takes an answer over when it is asked for the very same address. */
export function askFirst(paths: string[]): void {
  const answers: Record<string, Promise<Response>> = {};
  for (const path of paths) {
    const answer = fetch(path, { headers: JSON_ANSWER, cache: 'no-store' });
    answer.catch(() => undefined);
    answers[path] = answer;
  }
  page.fxFirstAnswers = answers;
  setTimeout(() => delete page.fxFirstAnswers, GONE_AFTER_MS);
}

/** Used once. */
export function takeFirstAnswer(method: string, path: string): Promise<Response> | null {
  const answer = page.fxFirstAnswers?.[path];
  // A change, above all of who is signed in, makes earlier answers worthless.
  if (method !== 'GET') delete page.fxFirstAnswers;
  if (method !== 'GET' || !answer) return null;
  delete page.fxFirstAnswers?.[path];
  return answer;
}
