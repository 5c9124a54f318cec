import type { PortalUser } from '@flixcheck/test-harness';
import { randomUUID } from 'node:crypto';
import type { SessionCaller } from '../http/access.js';
import type { TestContext } from './test-context.js';

export type Person = Pick<PortalUser, 'id' | 'accountId'> & SessionCaller;

/**
 * Somebody of the demo data, who need not sign in where no request is sent: to services they are
 * the caller that the guard would name.
 */
export async function person(
  { dataSource }: Pick<TestContext, 'dataSource'>,
  email = 'user@musterhaus.example',
): Promise<Person> {
  const [found] = await dataSource.query(
    'SELECT id, id AS "userId", account_id AS "accountId", role FROM users WHERE email = $1',
    [email],
  );
  return { via: 'session', sessionId: randomUUID(), freshlyProven: true, ...found };
}
