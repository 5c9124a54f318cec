/** What an application has been told about the server, and what its user does in the browser. */
export interface Environment {
  /** `PUBLIC_URL` of the server; everything else can be discovered from it. */
  issuer: string;
  clientId: string;
  /** Absent: a public client. */
  clientSecret?: string;
  redirectUri: string;
  /**
   * Sends the user to the authorize page, where they sign in and grant access.
   * @returns the address that the browser comes back to, with the code in its query
   */
  authorize: (url: URL | string) => Promise<URL>;
}

/** The part of `GET /user/v7/users/me` that the examples look at. */
export interface User {
  email: string;
  account: { name: string };
}

/** What each example has seen, for the suite to check. */
export interface Outcome {
  user: User;
  /** The same, asked for with the refreshed access token. */
  userAfterRefresh: User;
  /** HTTP status of the same call after the connection was revoked; null: the library cannot. */
  statusAfterRevocation: number | null;
}
