import type { PortalUser } from '@flixcheck/test-harness';
import type { TestContext } from './test-context.js';

/** Somebody of the demo data, who need not sign in where no request is sent. */
export async function person(
  { dataSource }: Pick<TestContext, 'dataSource'>,
  email = 'user@musterhaus.example',
): Promise<Pick<PortalUser, 'id' | 'accountId'>> {
  const [found] = await dataSource.query(
    'SELECT id, account_id AS "accountId" FROM users WHERE email = $1',
    [email],
  );
  return found;
}
