import { Credentials } from '../auth/credentials.js';
import type { TestContext } from './test-context.js';

/** A wrong password at a node's sign-in: refused, or beyond the limit not even looked at. */
export async function guessedPassword(
  { app }: Pick<TestContext, 'app'>,
  email: string,
): Promise<unknown> {
  const { signal } = new AbortController();
  const claim = { purpose: 'sign_in', ip: '192.0.2.1', deviceCookie: undefined } as const;
  return app.get(Credentials).verify({ ...claim, email, password: 'wrong', signal });
}
