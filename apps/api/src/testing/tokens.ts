import type { PortalUser } from '@flixcheck/test-harness';
import { OAuthClientsService } from '../oauth-clients/oauth-clients.service.js';
import { AuthorizationAttempt } from '../oauth-codes/authorization-request/authorization-request.js';
import { OAuthCodesService } from '../oauth-codes/oauth-codes.service.js';
import type { TokenRequest, TokenResponse } from '../oauth-tokens/grant.js';
import { TokenGrants } from '../oauth-tokens/token-grants.js';
import type { TestContext } from './test-context.js';

const CRM = 'maklerwelt-crm';

/** @returns the code that the user's grant gives the demo application, without a request */
export async function codeOf(
  { app }: TestContext,
  { id: userId, accountId }: Pick<PortalUser, 'id' | 'accountId'>,
): Promise<string> {
  const { code } = await app
    .get(OAuthCodesService)
    .create(
      { clientId: CRM },
      { via: 'session', sessionId: '', userId, accountId, role: 'member' },
      new AuthorizationAttempt(),
    );
  return code;
}

/** What the token endpoint does once the demo application has authenticated. */
export async function grantTokens(
  { app, clock }: TestContext,
  parameters: TokenRequest['parameters'],
): Promise<TokenResponse> {
  const client = await app.get(OAuthClientsService).findActiveByClientId(CRM);
  const request = { parameters, client, at: clock.now() } as TokenRequest;
  return app.get(TokenGrants).grant(request);
}
