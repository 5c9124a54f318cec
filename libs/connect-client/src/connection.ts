import createClient from 'openapi-fetch';
import { ConnectError } from './connect-error.js';
import type { operations, paths } from './generated.js';
import type { Check, Me, NewCheck, Userinfo } from './resources.js';
import { HARMLESS, sendAgain } from './send-again.js';
import {
  ANSWER_WITHIN_MS,
  type TokenEndpoint,
  type TokenEndpointOptions,
} from './token-endpoint.js';
import type { Tokens, TokenStore } from './tokens.js';

type ChecksQuery = NonNullable<operations['Checks_list']['parameters']['query']>;

/** A call with an access token that expires on the way would be wasted. */
const RENEWED_BEFORE_END_MS = 10_000;

/** The refreshes of this process that are under way, whichever connection asked for them. */
const underWay = new Map<string, Promise<Tokens>>();

/**
 * What a store could not save, by the refresh token that it replaces: the server gives it out once
 * more for 30 s only, and takes a later request for theft.
 */
const unsaved = new Map<string, Tokens>();
const MOST_UNSAVED = 1_000;

const ONCE = { attempts: 1 };

/** Acts for one user. Each call throws a `ConnectError` when it fails. */
export class Connection {
  readonly #endpoint: TokenEndpoint;
  readonly #store: TokenStore;
  readonly #fetch: typeof fetch;
  readonly #answerWithinMs: number;
  readonly #api;
  #renewal?: Promise<Tokens>;

  constructor(
    { issuer, fetch = globalThis.fetch, answerWithinMs = ANSWER_WITHIN_MS }: TokenEndpointOptions,
    endpoint: TokenEndpoint,
    store: TokenStore,
  ) {
    this.#endpoint = endpoint;
    this.#store = store;
    this.#fetch = fetch;
    this.#answerWithinMs = answerWithinMs;
    this.#api = createClient<paths>({
      baseUrl: issuer,
      // Tokens go to this address and no other.
      redirect: 'error',
      fetch: (request) => this.#send(request),
    });
  }

  /** Whom you act for. */
  async me(): Promise<Me> {
    return got((await this.#api.GET('/user/v7/users/me')).data).resource;
  }

  /** The same as OpenID Connect names it. */
  async userinfo(): Promise<Userinfo> {
    return got((await this.#api.GET('/user/v7/oauth-userinfo')).data);
  }

  readonly checks = {
    /** One page, latest first; `meta.nextCursor` leads to the next. */
    list: async (query: ChecksQuery = {}) =>
      got((await this.#api.GET('/user/v7/checks', { params: { query } })).data),

    /** All of them, latest first; the pages are fetched as you get to them. */
    all: (query: ChecksQuery = {}) => this.#allChecks(query),

    find: async (id: string): Promise<Check> =>
      got((await this.#api.GET('/user/v7/checks/{id}', { params: { path: { id } } })).data)
        .resource,

    create: async (resource: NewCheck): Promise<Check> =>
      got((await this.#api.POST('/user/v7/checks', { body: { resource } })).data).resource,
  };

  /** Ends the connection at Flixcheck, as when your user disconnects on your side. */
  async end(): Promise<void> {
    await this.#endpoint.revoke((await this.#tokens()).refreshToken);
  }

  async *#allChecks(query: ChecksQuery): AsyncGenerator<Check, void, undefined> {
    for (let cursor = query.cursor; ;) {
      const page = await this.checks.list({ ...query, cursor });
      yield* page.resources;
      cursor = page.meta.nextCursor;
      if (cursor === undefined) return;
    }
  }

  async #send(request: Request): Promise<Response> {
    const limits = request.method === 'GET' ? HARMLESS : ONCE;
    const send = (accessToken: string) =>
      sendAgain(() => this.#attempt(request.clone(), accessToken), limits);
    const stored = await this.#tokens();
    let { accessToken } = stored;
    if (stored.expiresAt - Date.now() < RENEWED_BEFORE_END_MS) {
      ({ accessToken } = await this.#renewed(accessToken));
    }
    let response = await send(accessToken);
    if (refusesToken(response)) {
      ({ accessToken } = await this.#renewed(accessToken));
      response = await send(accessToken);
    }
    if (!response.ok) throw await ConnectError.of(response);
    return response;
  }

  /** @returns a success, or the 401 that says that the token has ended */
  async #attempt(request: Request, accessToken: string): Promise<Response> {
    request.headers.set('authorization', `Bearer ${accessToken}`);
    const response = await this.#answer(request).catch((error: unknown) => {
      throw ConnectError.unreachable(error);
    });
    if (refusesToken(response) || (response.ok && isJson(response))) return response;
    throw await ConnectError.of(response);
  }

  /** Read to its end, for it may break off on the way. */
  async #answer(request: Request): Promise<Response> {
    const signal = AbortSignal.timeout(this.#answerWithinMs);
    const response = await this.#fetch(request, { signal });
    const body = await response.arrayBuffer();
    return new Response(body.byteLength > 0 ? body : null, response);
  }

  async #tokens(): Promise<Tokens> {
    const tokens = await this.#store.load();
    if (tokens) return tokens;
    throw new ConnectError({
      code: 'not_connected',
      detail: 'The store has no tokens. Send the user to the authorize page and exchange the code.',
    });
  }

  /** @param refused the access token that no longer works */
  #renewed(refused: string): Promise<Tokens> {
    this.#renewal ??= this.#renew(refused).finally(() => (this.#renewal = undefined));
    return this.#renewal;
  }

  async #renew(refused: string): Promise<Tokens> {
    const tokens = await this.#tokens();
    // Another call has refreshed it meanwhile, in this process or another.
    if (tokens.accessToken !== refused) return tokens;
    const key = `${this.#endpoint.identity} ${tokens.refreshToken}`;
    const refresh = underWay.get(key) ?? this.#refresh(key, tokens.refreshToken);
    underWay.set(key, refresh);
    return refresh.finally(() => underWay.delete(key));
  }

  /** A token that is used before it is kept for good would be lost with the process, and its user. */
  async #refresh(key: string, refreshToken: string): Promise<Tokens> {
    const tokens = unsaved.get(key) ?? (await this.#endpoint.refresh(refreshToken));
    unsaved.set(key, tokens);
    const [oldest] = unsaved.keys();
    if (unsaved.size > MOST_UNSAVED && oldest !== undefined) unsaved.delete(oldest);
    await this.#store.save(tokens);
    unsaved.delete(key);
    return tokens;
  }
}

/** RFC 6750 §3.1: only this 401 says that the token has ended. */
function refusesToken({ status, headers }: Response): boolean {
  return status === 401 && /error="invalid_token"/.test(headers.get('www-authenticate') ?? '');
}

function isJson({ headers }: Response): boolean {
  return /^application\/json\b/i.test(headers.get('content-type') ?? '');
}

function got<Data>(data: Data | undefined): Data {
  if (data !== undefined) return data;
  throw new ConnectError({
    code: 'unexpected_answer',
    detail: 'The answer is empty. Look at what stands between you and Flixcheck Connect.',
  });
}
