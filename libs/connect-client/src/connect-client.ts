import {
  type Authorization,
  type AuthorizationRequest,
  authorizationOf,
  codeOf,
  type PendingAuthorization,
} from './authorization.js';
import { Connection } from './connection.js';
import { type CodeExchange, TokenEndpoint, type TokenEndpointOptions } from './token-endpoint.js';
import type { TokenStore } from './tokens.js';

/** Your application, as it is registered at Flixcheck. One for the whole process. */
export class ConnectClient {
  readonly #options: TokenEndpointOptions;
  readonly #endpoint: TokenEndpoint;

  constructor(options: TokenEndpointOptions) {
    this.#options = options;
    this.#endpoint = new TokenEndpoint(options);
  }

  /** The link to the authorize page, for one attempt in one browser. */
  authorize(request: AuthorizationRequest = {}): Authorization {
    return authorizationOf(this.#options, request);
  }

  /**
   * In the callback: checks `state` and `iss`, exchanges the code, and saves the tokens. Throws
   * `access_denied` when the user has refused.
   * @param callback the address that the browser came back to; `request.url` is enough
   * @param pending what `authorize` gave to this browser's session, if it remembers any; forget it now
   * @throws ConnectError
   */
  async finish(
    callback: string | URL,
    pending: PendingAuthorization | undefined,
    store: TokenStore,
  ): Promise<Connection> {
    return this.exchange(codeOf(this.#options.issuer, callback, pending), store);
  }

  /**
   * Exchanges a code, within 60 s and once, and saves the tokens.
   * @throws ConnectError
   */
  async exchange(exchange: CodeExchange, store: TokenStore): Promise<Connection> {
    await store.save(await this.#endpoint.exchange(exchange));
    return this.connection(store);
  }

  /** Acts for the user whose tokens the store keeps. */
  connection(store: TokenStore): Connection {
    return new Connection(this.#options, this.#endpoint, store);
  }
}
