import { ApiError } from './api-error.js';

/** The strong entity tag (RFC 9110 §8.8.3) of something whose changes are counted. */
export const entityTag = (version: number): string => `"${version}"`;

/**
 * Refuses a change that was based on an earlier version (RFC 9110 §13.1.1). To be called with the
 * row locked.
 * @param ifMatch the header `If-Match`; without it, every change goes through
 * @param what "This OAuth client"
 * @throws ApiError precondition_failed
 */
export function requireUnchanged(ifMatch: string | undefined, version: number, what: string): void {
  if (ifMatch === undefined || ifMatch.trim() === '*') return;
  // A weak tag never matches here (RFC 9110 §8.8.3.2).
  const tags = ifMatch.split(',').map((tag) => tag.trim());
  if (tags.includes(entityTag(version))) return;
  throw new ApiError(
    'precondition_failed',
    `${what} has changed since you read it, and your change was not saved. Read it again, and repeat your change with the ETag of that answer in If-Match.`,
  );
}
