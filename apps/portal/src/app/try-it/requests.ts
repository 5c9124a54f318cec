import { DeveloperClient } from '../api/types';
import { RequestDescription, Secret, SESSION_COOKIE, Values } from './request-description';

/** Who asks, and for what: everything that stays the same in a run. */
export interface RunContext {
  /** Of the API and the portal. */
  origin: string;
  client: Pick<DeveloperClient, 'clientId' | 'kind'>;
  /** Whom the page shows as signed in; null where it does not know. */
  userId: string | null;
  secret: string;
  redirectUri: string;
  scope: string;
}

const secretOf = (variable: string, value: string): Secret => ({ variable, value });
export const code = (value: string) => secretOf('CODE', value);
export const verifier = (value: string) => secretOf('CODE_VERIFIER', value);
export const accessToken = (value: string) => secretOf('ACCESS_TOKEN', value);
export const refreshToken = (value: string) => secretOf('REFRESH_TOKEN', value);

/** What a request to the token endpoint is made of. */
type ClientContext = Pick<RunContext, 'origin' | 'client' | 'secret'>;

/** How the client says who it is: in the body, and by its id alone if it has no secret. */
export function credentials({ client, secret }: ClientContext): Values {
  return {
    client_id: client.clientId,
    ...(client.kind === 'confidential' && { client_secret: secretOf('CLIENT_SECRET', secret) }),
  };
}

/** The query of the authorize page (RFC 6749 §4.1.1, RFC 7636 §4.3). */
export function authorizationQuery(
  { client, redirectUri, scope }: RunContext,
  { state, challenge }: { state: string; challenge: string },
): Record<string, string> {
  return {
    client_id: client.clientId,
    redirect_uri: redirectUri,
    response_type: 'code',
    scope,
    state,
    code_challenge: challenge,
    code_challenge_method: 'S256',
  };
}

export function authorizeLink({ origin }: RunContext, query: Record<string, string>): string {
  return `${origin}/portal/oauth/authorize?${new URLSearchParams(query)}`;
}

/** What the authorize page asks first: is this request in order? */
export function checkAuthorization(
  { origin }: RunContext,
  query: Record<string, string>,
): RequestDescription {
  return {
    method: 'GET',
    url: `${origin}/user/v7/oauth-authorization-request?${new URLSearchParams(query)}`,
    headers: SESSION_COOKIE,
  };
}

/** What the authorize page does when its reader allows access: nobody else may have signed in since. */
export function issueCode(
  { origin, client, userId, redirectUri, scope }: RunContext,
  { state, challenge }: { state: string; challenge: string },
): RequestDescription {
  return {
    method: 'POST',
    url: `${origin}/user/v7/oauth-codes`,
    headers: SESSION_COOKIE,
    json: {
      resource: {
        clientId: client.clientId,
        ...(userId !== null && { userId }),
        redirectUri,
        scope,
        state,
        codeChallenge: challenge,
        codeChallengeMethod: 'S256',
      },
    },
  };
}

export function exchange(
  context: ClientContext & Pick<RunContext, 'redirectUri'>,
  granted: { code: string; verifier: string },
): RequestDescription {
  return tokens(context, {
    grant_type: 'authorization_code',
    code: code(granted.code),
    redirect_uri: context.redirectUri,
    code_verifier: verifier(granted.verifier),
    ...credentials(context),
  });
}

export function refresh(context: RunContext, token: string, scope?: string): RequestDescription {
  return tokens(context, {
    grant_type: 'refresh_token',
    refresh_token: refreshToken(token),
    ...(scope && { scope }),
    ...credentials(context),
  });
}

/** Any request to the token endpoint. */
export function tokens({ origin }: ClientContext, form: Values): RequestDescription {
  return { method: 'POST', url: `${origin}/guest/v7/oauth-tokens`, headers: {}, form };
}

export function revoke(context: RunContext, token: Secret): RequestDescription {
  return {
    method: 'POST',
    url: `${context.origin}/guest/v7/oauth-tokens/revoke`,
    headers: {},
    form: { token, ...credentials(context) },
  };
}

/** The user who has granted access. */
export function firstCall({ origin }: RunContext, token: string): RequestDescription {
  return { method: 'GET', url: `${origin}/user/v7/users/me`, headers: bearer(token) };
}

/** Changes something, so that it needs more than the right to read. */
export function createCheck({ origin }: RunContext, token: string): RequestDescription {
  return {
    method: 'POST',
    url: `${origin}/user/v7/checks`,
    headers: bearer(token),
    json: {
      resource: {
        title: 'Hausratversicherung: Angaben zum Haus',
        recipient: { name: 'Erika Beispiel', email: 'erika@kundin.example' },
      },
    },
  };
}

const bearer = (token: string): Values => ({
  Authorization: { ...accessToken(token), prefix: 'Bearer ' },
});
