import { call, type CallOptions, type HouseBody } from './house-api.js';
import { type Answer, type Message, type Problem, send } from './http.js';

/** A person with a browser: signs in, grants and refuses, as the portal's pages do over HTTP. */
export class PortalUser {
  private constructor(
    readonly url: string,
    /** What its browser sends: the session, and by what the browser is known. */
    readonly cookie: string,
    readonly id: string,
    readonly accountId: string,
    readonly sessionId: string,
  ) {}

  static async signIn(
    url: string,
    email = 'user@musterhaus.example',
    password = 'demo-passwort-2026',
  ): Promise<PortalUser> {
    const resource = { email, password };
    const headers = { 'user-agent': 'browser of the tests' };
    const answer = await call(url, 'POST', '/guest/v7/sessions', { headers, resource });
    if (answer.status !== 201) throw new Error(`Sign-in failed: ${answer.text}`);
    const { id, user, account } = answer.body.resource;
    return new PortalUser(url, cookieOf(answer), user.id, account.id, id);
  }

  /** The session alone: of a browser that nothing is known of. */
  get sessionCookie(): string {
    return this.cookie.split(';', 1)[0] ?? '';
  }

  async request(method: string, path: string, body?: object): Promise<Response> {
    return fetch(`${this.url}${path}`, {
      method,
      headers: { cookie: this.cookie, ...(body && { 'content-type': 'application/json' }) },
      body: body && JSON.stringify(body),
    });
  }

  /** One request in the envelope of the house API. */
  call(
    method: string,
    path: string,
    { headers, resource }: CallOptions = {},
  ): Promise<Answer<HouseBody>> {
    return call(this.url, method, path, {
      headers: { cookie: this.cookie, ...headers },
      resource,
    });
  }

  /** As `request`, with everything that a test may want to get wrong. */
  send<Body = Problem>(path: string, message: Message = {}): Promise<Answer<Body>> {
    const headers = { cookie: this.cookie, ...message.headers };
    return send<Body>(this.url, path, { ...message, headers });
  }

  /** The same browser once it has taken the cookie of an answer. */
  after(answer: Answer<unknown>): PortalUser {
    const cookie = cookieOf(answer);
    return cookie === '' ? this : this.with({ cookie });
  }

  /** The same session at another node. */
  at(url: string): PortalUser {
    return this.with({ url });
  }

  /**
   * Opens an authorization link and grants what it asks for.
   * @returns where the browser is sent: the client's callback, with a code or an error
   */
  async grant(link: URL | string): Promise<URL> {
    const page = await this.open(link);
    if (page instanceof URL) return page;
    const { client, redirectUri, scope, state, codeChallenge, codeChallengeMethod } = page;
    const parameters = { redirectUri, scope, state, codeChallenge, codeChallengeMethod };
    const resource = Object.fromEntries(
      Object.entries(parameters).filter(([, value]) => value != null),
    );
    const response = await this.request('POST', '/user/v7/oauth-codes', {
      resource: { clientId: client.clientId, ...resource },
    });
    if (!response.ok) throw new Error(`The grant failed: ${await response.text()}`);
    const code = (await response.json()) as { resource: { redirectTo: string } };
    return new URL(code.resource.redirectTo);
  }

  /** Opens an authorization link and refuses. */
  async refuse(link: URL | string): Promise<URL> {
    const page = await this.open(link);
    return page instanceof URL ? page : new URL(page.denyRedirectTo);
  }

  private with({ url = this.url, cookie = this.cookie }): PortalUser {
    return new PortalUser(url, cookie, this.id, this.accountId, this.sessionId);
  }

  private async open(link: URL | string): Promise<AuthorizationPage | URL> {
    const response = await this.request(
      'GET',
      `/user/v7/oauth-authorization-request${new URL(link).search}`,
    );
    const answer = (await response.json()) as { resource: AuthorizationPage; redirectTo?: string };
    if (response.ok) return answer.resource;
    if (answer.redirectTo) return new URL(answer.redirectTo);
    throw new Error(`The authorize page shows an error: ${JSON.stringify(answer)}`);
  }
}

/** What a browser sends back of the cookies that an answer sets. */
export const cookieOf = ({ headers }: Answer<unknown>): string =>
  (headers['set-cookie'] ?? []).map((header) => header.split(';', 1)[0]).join('; ');

interface AuthorizationPage {
  client: { clientId: string };
  redirectUri: string;
  scope: string;
  state: string | null;
  codeChallenge: string | null;
  codeChallengeMethod: string | null;
  denyRedirectTo: string;
}
