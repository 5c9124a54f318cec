import { inject, Injectable } from '@angular/core';
import { authorizationRequestAt } from '../api/addresses';
import { Api, CallOptions } from '../api/api';
import { AuthorizationRequest, CodeInput, Envelope, IssuedCode } from '../api/types';

/** The page itself tells the reader when the session has ended. */
const TELL: CallOptions = { onSessionEnd: 'tell' };

const REQUESTS = '/user/v7/approval-requests';

/** What the reader has chosen on the page. */
export interface Allowed {
  /** The one asked for, or less. */
  scope: string;
  /** When the connection ends by itself; null: never. */
  expiresAt: string | null;
}

@Injectable({ providedIn: 'root' })
export class AuthorizationApi {
  private readonly api = inject(Api);

  /** @param query the page's own, `?` included, byte for byte */
  async read(query: string): Promise<AuthorizationRequest> {
    const path = authorizationRequestAt(query);
    return (await this.api.get<Envelope<AuthorizationRequest>>(path, TELL)).resource;
  }

  /**
   * Grants what the page has shown: the values come from the validated request.
   */
  grant(request: AuthorizationRequest, { scope, expiresAt }: Allowed): Promise<IssuedCode> {
    return this.create(request, { scope, expiresAt });
  }

  /** Grants what an admin has granted in advance: nobody was asked. */
  grantInAdvance(request: AuthorizationRequest): Promise<IssuedCode> {
    return this.create(request, { scope: request.scope, inAdvance: true });
  }

  private async create(
    request: AuthorizationRequest,
    answer: Pick<CodeInput, 'scope' | 'expiresAt' | 'inAdvance'>,
  ): Promise<IssuedCode> {
    const { client, clientVersion, connectionVersion, user, redirectUri } = request;
    const resource: CodeInput = {
      clientId: client.clientId,
      clientVersion,
      connectionVersion,
      userId: user.id,
      redirectUri,
      ...answer,
    };
    for (const name of ['state', 'codeChallenge', 'codeChallengeMethod'] as const) {
      const value = request[name];
      if (value !== null) Object.assign(resource, { [name]: value });
    }
    return (await this.api.post<Envelope<IssuedCode>>('/user/v7/oauth-codes', { resource }, TELL))
      .resource;
  }

  /** Asks the company's admins to allow the application. */
  async ask(query: string, note: string): Promise<void> {
    await this.api.post(REQUESTS, { resource: { query, note } }, TELL);
  }

  async withdraw(id: string): Promise<void> {
    await this.api.delete(`${REQUESTS}/${id}`, TELL);
  }

  /** The application is told no, and would not know the answer of a later yes. */
  async giveUp(id: string): Promise<void> {
    await this.api.delete(`${REQUESTS}/${id}/continuation`, TELL);
  }
}
