/**
 * passport-oauth2 1: "sign in with Flixcheck" in an Express application.
 *
 *     npm install passport passport-oauth2
 *
 * Configure the two addresses, the client id and the secret. `state` and `pkce` are off unless
 * asked for, and need a session (express-session). The library can neither refresh nor revoke by
 * itself; its own HTTP client, which passport-oauth2-refresh uses too, does the former.
 */
import passport from 'passport';
import OAuth2Strategy, { type VerifyCallback } from 'passport-oauth2';
import type { Environment, Outcome, User } from './environment.js';

interface SignedIn {
  user: User;
  accessToken: string;
  refreshToken: string;
}

export async function run(env: Environment): Promise<Outcome> {
  const strategy = new FlixcheckStrategy(env);
  passport.use('flixcheck', strategy);
  const authenticate = passport.authenticate('flixcheck', {
    session: false,
    failWithError: true,
  }) as Middleware;

  // Authorize: app.get('/connect', passport.authenticate('flixcheck'))
  const session = {};
  const link = (await visit(authenticate, new URL('/connect', env.redirectUri), session)) as URL;
  const callback = await env.authorize(link);

  // Exchange and call: app.get('/callback', passport.authenticate('flixcheck'), …)
  const { user, refreshToken } = (await visit(authenticate, callback, session)) as SignedIn;

  // Refresh
  const accessToken = await strategy.refresh(refreshToken);
  const userAfterRefresh = await strategy.me(accessToken);

  return { user, userAfterRefresh, statusAfterRevocation: null };
}

class FlixcheckStrategy extends OAuth2Strategy {
  constructor(private readonly env: Environment) {
    super(
      {
        authorizationURL: `${env.issuer}/portal/oauth/authorize`,
        tokenURL: `${env.issuer}/guest/v7/oauth-tokens`,
        clientID: env.clientId,
        clientSecret: env.clientSecret ?? '',
        callbackURL: env.redirectUri,
        scope: 'readwrite',
        state: true,
        pkce: true,
      },
      (accessToken: string, refreshToken: string, user: User, done: VerifyCallback) =>
        done(null, { user, accessToken, refreshToken } satisfies SignedIn),
    );
    // The token belongs in the header; the library's default is the query.
    this._oauth2.useAuthorizationHeaderforGET(true);
  }

  /** Called by the library once it has the tokens. */
  override userProfile(accessToken: string, done: (error: unknown, user?: User) => void): void {
    this.me(accessToken).then((user) => done(null, user), done);
  }

  me(accessToken: string): Promise<User> {
    return new Promise((resolve, reject) => {
      this._oauth2.get(`${this.env.issuer}/user/v7/users/me`, accessToken, (error, body) =>
        error
          ? reject(new Error(`The call failed: ${JSON.stringify(error)}`))
          : resolve((JSON.parse(String(body)) as { resource: User }).resource),
      );
    });
  }

  refresh(refreshToken: string): Promise<string> {
    return new Promise((resolve, reject) => {
      const grant = { grant_type: 'refresh_token' };
      this._oauth2.getOAuthAccessToken(refreshToken, grant, (error, accessToken) =>
        error
          ? reject(new Error(`The refresh failed: ${JSON.stringify(error)}`))
          : resolve(String(accessToken)),
      );
    });
  }
}

type Middleware = (request: object, response: object, next: (error?: Error) => void) => void;

/** Stands for Express: hands a request over, and sees whether it is redirected or signed in. */
function visit(authenticate: Middleware, url: URL, session: object): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const query = Object.fromEntries(url.searchParams);
    const request: { user?: SignedIn } & object = Object.assign({ query, session });
    const response = {
      setHeader: (name: string, value: string) => name === 'Location' && resolve(new URL(value)),
      end: () => undefined,
    };
    authenticate(request, response, (error) => (error ? reject(error) : resolve(request.user)));
  });
}
