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
