import { DEMO_CLIENTS, type Registration } from '@flixcheck/test-harness';
import type { FastifyRequest } from 'fastify';
import { AuthModule } from '../auth/auth.module.js';
import { AccessTokenStrategy } from '../auth/strategies/access-token.strategy.js';
import { ApiError } from '../http/api-error.js';
import { ClientAuthentication } from '../oauth-clients/client-authentication.js';
import { AuthorizationAttempt } from '../oauth-codes/authorization-request/authorization-request.js';
import { OAuthCodeCreateRequest } from '../oauth-codes/oauth-codes.dto.js';
import { AuthorizationRequests } from '../oauth-codes/authorization-requests.js';
import { OAuthCodesService } from '../oauth-codes/oauth-codes.service.js';
import type { TokenRequest, TokenResponseDto } from '../oauth-tokens/oauth-tokens.dto.js';
import { SigningKeys } from '../oauth-tokens/signing-keys.js';
import { TokenGrants } from '../oauth-tokens/token-grants.js';
import { TokenIntrospection } from '../oauth-tokens/token-introspection.js';
import { TokenRevocation } from '../oauth-tokens/token-revocation.js';
import type { Person } from './person.js';
import type { TestContext, TestOptions } from './test-context.js';
import { createTestModule } from './test-module.js';
import { validated } from './validated.js';

type Sent = Record<string, string>;
type Credentials = Pick<Registration, 'clientId' | 'clientSecret'>;

/** All modules that give out tokens and judge them, on a database and without a server, and others. */
export async function createTokensModule(
  options: TestOptions = {},
  others: Parameters<typeof createTestModule>[0] = [],
): Promise<TestContext> {
  const node = await createTestModule([AuthModule, ...others], options);
  await node.app.get(SigningKeys).startSigning();
  return node;
}

/** Two nodes on one database, and the demo application at each. */
export async function createTwoNodes({ clock }: Pick<TestOptions, 'clock'> = {}) {
  const one = await createTokensModule({ ...(clock && { clock }) });
  const { databaseUrl } = one.config;
  const other = await createTokensModule({ databaseUrl, ...(clock && { clock }) });
  const close = async () => {
    await other.close();
    await one.close();
  };
  return { one, other, crm: new Application(one), elsewhere: new Application(other), close };
}

/**
 * An application of the demo data at a node without a server: what the endpoints for clients decide.
 * What they refuse, they reject with an `OAuthError`.
 */
export class Application {
  constructor(
    private readonly node: TestContext,
    private readonly credentials: Credentials = DEMO_CLIENTS.crm,
  ) {}

  /** @returns the code that a user's grant gives */
  async code(user: Person, more: object = {}): Promise<string> {
    const sent = { resource: { clientId: this.credentials.clientId, ...more } };
    const { resource } = await validated(OAuthCodeCreateRequest, sent);
    const codes = this.node.app.get(OAuthCodesService);
    return (await codes.create(resource, user, new AuthorizationAttempt())).code;
  }

  async connect(user: Person, more: object = {}): Promise<TokenResponseDto> {
    return this.exchange(await this.code(user, more));
  }

  /** @returns the id of the request that the user sends from the authorize page */
  askForApproval(user: Person, query: string): Promise<string> {
    return this.node.app.get(AuthorizationRequests).askForApproval({ query }, user);
  }

  exchange(code: string, more: Sent = {}): Promise<TokenResponseDto> {
    return this.grant({ grant_type: 'authorization_code', code, ...more });
  }

  refresh(refreshToken: string, more: Sent = {}): Promise<TokenResponseDto> {
    return this.grant({ grant_type: 'refresh_token', refresh_token: refreshToken, ...more });
  }

  async revoke(token: string): Promise<void> {
    await this.node.app.get(TokenRevocation).revoke(await this.request({ token }));
  }

  async isActive(token: string): Promise<boolean> {
    const request = await this.request({ token });
    return (await this.node.app.get(TokenIntrospection).introspect(request)).active;
  }

  /** Whether a resource of the node accepts this access token. */
  async isAccepted(accessToken: string): Promise<boolean> {
    const raw = { rawHeaders: ['authorization', `Bearer ${accessToken}`] };
    try {
      await this.node.app.get(AccessTokenStrategy).validate({ raw } as FastifyRequest);
      return true;
    } catch (error) {
      if (error instanceof ApiError && error.code === 'invalid_token') return false;
      throw error;
    }
  }

  private async grant(parameters: Sent): Promise<TokenResponseDto> {
    return this.node.app.get(TokenGrants).grant(await this.request(parameters));
  }

  private request(sent: Sent): Promise<TokenRequest> {
    const { clientId, clientSecret } = this.credentials;
    const parameters = {
      ...sent,
      client_id: clientId,
      ...(clientSecret !== undefined && { client_secret: clientSecret }),
    };
    const request = { parameters, at: this.node.clock.now() } as TokenRequest;
    return this.node.app.get(ClientAuthentication).authenticate(request);
  }
}
