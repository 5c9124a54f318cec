/**
 * This library stands alone and cannot use the server's table; a test of the server compares the
 * two.
 */
const INCLUDES: Partial<Record<string, readonly string[]>> = { readwrite: ['read'] };

/** Whether a granted scope string allows `needed`. `readwrite` includes `read`. */
export function scopeAllows(granted: string, needed: string): boolean {
  return granted
    .split(' ')
    .some((scope) => scope === needed || (INCLUDES[scope]?.includes(needed) ?? false));
}
