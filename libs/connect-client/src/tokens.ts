/** The tokens of one connection, as they are stored: plain JSON. */
export interface Tokens {
  accessToken: string;
  refreshToken: string;
  /** When the access token expires, in milliseconds since 1970. */
  expiresAt: number;
  /** What it allows, which may be less than was asked for. */
  scope: string;
}

/** Where your application keeps the tokens of one user: in one place for all its processes. Secrets. */
export interface TokenStore {
  /**
   * What was saved last, and never what was before; undefined or null if there is nothing. Read at every
   * call.
   */
  load(): Promise<Tokens | null | undefined> | Tokens | null | undefined;
  /**
   * Resolves when the tokens are kept for good: the refresh token before has been replaced. When it
   * fails, it is called again with the same tokens at the next call.
   */
  save(tokens: Tokens): Promise<void> | void;
}
