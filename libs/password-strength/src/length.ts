/** In characters, as it is typed and as it is stored. */
export const MIN_PASSWORD_LENGTH = 12;
export const MAX_PASSWORD_LENGTH = 200;

/** What is wrong with the length, before anything else is looked at; null if nothing is. */
export function misfitOf(password: string): 'too_short' | 'too_long' | null {
  if (password.length > 2 * MAX_PASSWORD_LENGTH) return 'too_long';
  const lengths = [password, canonical(password)].map((text) => [...text].length);
  if (lengths.some((length) => length > MAX_PASSWORD_LENGTH)) return 'too_long';
  return lengths.some((length) => length < MIN_PASSWORD_LENGTH) ? 'too_short' : null;
}

/** The same password from keyboards that compose characters differently (NIST SP 800-63B §3.1.1.2). */
export function canonical(text: string): string {
  return text.normalize('NFKC');
}
