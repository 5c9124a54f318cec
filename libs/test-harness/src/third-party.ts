import { createHash, randomBytes } from 'node:crypto';
import { bearer, send, type Answer, type Message, type Parameters } from './http.js';
import type { PortalUser } from './portal-user.js';

/** RFC 6749 §5.1 and §5.2 in one, for tests look at either. */
export interface TokenAnswer {
  access_token: string;
  token_type: string;
  expires_in: number;
  refresh_token: string;
  scope: string;
  error?: string;
  error_description?: string;
}

export interface CodeAnswer {
  resource: { code: string; expiresAt: string; redirectTo: string | null };
}

export interface MeAnswer {
  resource: {
    id: string;
    email: string;
    account: { id: string; name: string };
    connection: { id: string; scope: string; grantedAt: string };
  };
}

export interface Registration {
  clientId: string;
  /** Absent: a public client. */
  clientSecret?: string;
  redirectUri: string;
  /** Whether its links carry a code_challenge. */
  pkce?: boolean;
}

export const TOKEN_PATH = '/guest/v7/oauth-tokens';

/** The three applications of the demo data. */
export const DEMO_CLIENTS = {
  crm: {
    clientId: 'maklerwelt-crm',
    clientSecret: 'maklerwelt-crm-demo-secret',
    redirectUri: 'http://localhost:4000/callback',
  },
  scanner: {
    clientId: 'belegscanner',
    clientSecret: 'belegscanner-demo-secret',
    redirectUri: 'https://belegscanner.example/oauth/callback',
    pkce: true,
  },
  desktop: {
    clientId: 'assistent-desktop',
    redirectUri: 'http://127.0.0.1/callback',
    pkce: true,
  },
} satisfies Record<string, Registration>;

/** An application's server. It sends what a test tells it to, and its own credentials with it. */
export class ThirdParty {
  constructor(
    readonly url: string,
    readonly registration: Registration = DEMO_CLIENTS.crm,
  ) {}

  /** The same application at another node, or with other credentials. */
  with(changes: Partial<Registration> & { url?: string }): ThirdParty {
    const { url = this.url, ...registration } = changes;
    return new ThirdParty(url, { ...this.registration, ...registration });
  }

  get credentials(): Record<string, string> {
    const { clientId, clientSecret } = this.registration;
    return {
      client_id: clientId,
      ...(clientSecret !== undefined && { client_secret: clientSecret }),
    };
  }

  get basic(): { authorization: string } {
    const { clientId, clientSecret = '' } = this.registration;
    return basic(clientId, clientSecret);
  }

  token(parameters: Parameters, message?: Message): Promise<Answer<TokenAnswer>> {
    return this.post(TOKEN_PATH, parameters, message);
  }

  exchange(code: string, more: Parameters = {}): Promise<Answer<TokenAnswer>> {
    return this.token({ grant_type: 'authorization_code', code, ...more });
  }

  refresh(refreshToken: string, more: Parameters = {}): Promise<Answer<TokenAnswer>> {
    return this.token({ grant_type: 'refresh_token', refresh_token: refreshToken, ...more });
  }

  revoke(token: string, more: Parameters = {}): Promise<Answer<Partial<TokenAnswer>>> {
    return this.post(`${TOKEN_PATH}/revoke`, { token, ...more });
  }

  introspect(token: string): Promise<Answer<Record<string, unknown>>> {
    return this.post(`${TOKEN_PATH}/introspect`, { token });
  }

  async isActive(token: string): Promise<boolean> {
    return (await this.introspect(token)).body['active'] === true;
  }

  /** Whom an access token acts for. */
  me(accessToken: string): Promise<Answer<MeAnswer>> {
    return send<MeAnswer>(this.url, '/user/v7/users/me', { headers: bearer(accessToken) });
  }

  /**
   * The status that a resource answers this access token with. Not asked at `users/me`, which looks
   * its connection up and so would refuse a revoked one even if nothing else did.
   */
  async use(accessToken: string): Promise<number> {
    return (await send(this.url, '/user/v7/oauth-userinfo', { headers: bearer(accessToken) }))
      .status;
  }

  /** What the user's browser brings back, with what the exchange takes beside it. */
  async code(
    user: PortalUser,
    more: Parameters = {},
  ): Promise<{ code: string; verifier: Parameters }> {
    const verifier = this.registration.pkce ? randomBytes(32).toString('base64url') : undefined;
    const { clientId, redirectUri } = this.registration;
    const answer = await user.send<CodeAnswer>('/user/v7/oauth-codes', {
      json: {
        resource: {
          clientId,
          redirectUri,
          ...(verifier !== undefined && {
            codeChallenge: challengeOf(verifier),
            codeChallengeMethod: 'S256',
          }),
          ...more,
        },
      },
    });
    if (answer.status !== 201) throw new Error(`no code: ${answer.text}`);
    return {
      code: answer.body.resource.code,
      verifier: verifier === undefined ? {} : { code_verifier: verifier },
    };
  }

  /** The whole flow. */
  async connect(user: PortalUser, more: Parameters = {}): Promise<TokenAnswer> {
    const { code, verifier } = await this.code(user, more);
    const answer = await this.exchange(code, verifier);
    if (answer.status !== 200) throw new Error(`no tokens: ${answer.text}`);
    return answer.body;
  }

  private post<Body>(
    path: string,
    parameters: Parameters,
    message: Message = {},
  ): Promise<Answer<Body>> {
    return send<Body>(this.url, path, { form: { ...this.credentials, ...parameters }, ...message });
  }
}

export const challengeOf = (verifier: string): string =>
  createHash('sha256').update(verifier).digest('base64url');

/** Basic credentials, percent-encoded as RFC 6749 §2.3.1 asks. */
export const basic = (clientId: string, secret: string): { authorization: string } => ({
  authorization: `Basic ${Buffer.from(
    `${encodeURIComponent(clientId)}:${encodeURIComponent(secret)}`,
  ).toString('base64')}`,
});
