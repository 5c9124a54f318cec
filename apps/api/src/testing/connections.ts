import type { PortalUser } from '@flixcheck/test-harness';
import { ConnectionsService } from '../connections/connections.service.js';
import type { GrantedConnection } from '../connections/consent.js';
import { UsersService } from '../users/users.service.js';
import { AccessTokens } from '../oauth-tokens/access-tokens.js';
import type { TestContext } from './test-context.js';

/** What the authorize page's button does, without the page. */
export async function grant(
  { app, dataSource, clock }: TestContext,
  user: Pick<PortalUser, 'id' | 'accountId'>,
  { clientId = 'maklerwelt-crm', scope = 'readwrite' } = {},
): Promise<GrantedConnection> {
  const [client] = await dataSource.query('SELECT id FROM oauth_clients WHERE client_id = $1', [
    clientId,
  ]);
  return dataSource.transaction(async (tx) => {
    await app.get(UsersService).lockActive(tx, user.id);
    return app.get(ConnectionsService).consent(tx, {
      oauthClientId: client.id,
      userId: user.id,
      accountId: user.accountId,
      scope,
      at: clock.now(),
    });
  });
}

/** A header `Authorization` with a fresh access token of the connection. */
export function bearer(
  { app, clock }: TestContext,
  user: Pick<PortalUser, 'id' | 'accountId'>,
  connectionId: string,
  { clientId = 'maklerwelt-crm', scope = 'readwrite' } = {},
): { authorization: string } {
  const { id: userId, accountId } = user;
  const familyId = crypto.randomUUID();
  const subject = { userId, accountId, clientId, connectionId, familyId, scope };
  const { accessToken } = app.get(AccessTokens).issue(subject, clock.now());
  return { authorization: `Bearer ${accessToken}` };
}
