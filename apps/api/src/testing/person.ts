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

const COLLEAGUE = 'colleague@musterhaus.example';

/**
 * One more member of the demo company, with the password of the first.
 * @returns the address
 */
export async function addColleague({
  dataSource,
}: Pick<TestContext, 'dataSource'>): Promise<string> {
  await dataSource.query(
    `INSERT INTO users SELECT $1, account_id, $2, 'Zoë', 'Ärger',
       role, locale, status, password_hash, NULL, created_at, updated_at
     FROM users WHERE email = 'user@musterhaus.example'`,
    [randomUUID(), COLLEAGUE],
  );
  return COLLEAGUE;
}
