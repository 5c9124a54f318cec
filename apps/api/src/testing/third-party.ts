import type { PortalUser } from './portal-user.js';

/** RFC 6749 §5.1 and §5.2 in one, for tests look at either. */
export interface TokenBody {
  access_token: string;
  refresh_token: string;
  scope: string;
  error?: string;
  error_description?: string;
}

export interface TokenAnswer {
  status: number;
  headers: Headers;
  body: TokenBody;
}

type Parameters = Record<string, string>;

const CRM = { client_id: 'maklerwelt-crm', client_secret: 'maklerwelt-crm-demo-secret' };

/** The server of an application of the demo data, as it talks to a node. */
export class ThirdParty {
  constructor(
    private readonly url: string,
    private readonly credentials: Parameters = CRM,
  ) {}

  /** @returns the code that a user's grant gives */
  async code(user: PortalUser, more: Parameters = {}): Promise<string> {
    const { client_id: clientId } = this.credentials;
    const resource = { clientId, ...more };
    const answer = await user.call('POST', '/user/v7/oauth-codes', { resource });
    if (answer.status !== 201) throw new Error(`no code: ${JSON.stringify(answer.body)}`);
    return answer.body.resource.code;
  }

  async connect(user: PortalUser, more: Parameters = {}): Promise<TokenBody> {
    const answer = await this.exchange(await this.code(user, more));
    if (answer.status !== 200) throw new Error(`no tokens: ${JSON.stringify(answer.body)}`);
    return answer.body;
  }

  exchange(code: string, more: Parameters = {}): Promise<TokenAnswer> {
    return this.post('', { grant_type: 'authorization_code', code, ...more });
  }

  refresh(refreshToken: string, more: Parameters = {}): Promise<TokenAnswer> {
    return this.post('', { grant_type: 'refresh_token', refresh_token: refreshToken, ...more });
  }

  revoke(token: string): Promise<{ status: number; headers: Headers; body: object }> {
    return this.post('/revoke', { token });
  }

  async isActive(token: string): Promise<boolean> {
    const { body } = await this.post<{ active: boolean }>('/introspect', { token });
    return body.active;
  }

  /** The status that a resource answers this access token with, which looks nothing else up. */
  async use(accessToken: string): Promise<number> {
    const headers = { authorization: `Bearer ${accessToken}` };
    return (await fetch(`${this.url}/user/v7/oauth-userinfo`, { headers })).status;
  }

  private async post<Body = TokenBody>(
    endpoint: string,
    parameters: Parameters,
  ): Promise<{ status: number; headers: Headers; body: Body }> {
    const response = await fetch(`${this.url}/guest/v7/oauth-tokens${endpoint}`, {
      method: 'POST',
      body: new URLSearchParams({ ...this.credentials, ...parameters }),
    });
    const { status, headers } = response;
    return { status, headers, body: (await response.json()) as Body };
  }
}
