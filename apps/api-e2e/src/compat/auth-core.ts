/**
 * @auth/core 0.41, which is Auth.js (NextAuth): "sign in with Flixcheck" in Next.js, SvelteKit or
 * Express.
 *
 *     npm install next-auth            (or @auth/sveltekit, @auth/express, …)
 *
 * Configure the provider below. The redirect URI to register is Auth.js's own,
 * `https://your-application/auth/callback/flixcheck` (`/api/auth/…` in Next.js). Auth.js stores no
 * tokens unless told so and never refreshes: the `jwt` callback does both, as in its guide on
 * refresh token rotation. It cannot revoke.
 */
import type { AuthConfig } from '@auth/core' with { 'resolution-mode': 'import' };
import type { JWT } from '@auth/core/jwt' with { 'resolution-mode': 'import' };
import { randomBytes } from 'node:crypto';
import type { Environment, Outcome, User } from './environment.js';

/** Moved forward below, instead of waiting for an hour. */
interface Clock {
  seconds: () => number;
}

function configure(env: Environment, clock: Clock): AuthConfig {
  return {
    providers: [
      {
        id: 'flixcheck',
        name: 'Flixcheck',
        type: 'oauth',
        issuer: env.issuer,
        clientId: env.clientId,
        clientSecret: env.clientSecret,
        authorization: {
          url: `${env.issuer}/portal/oauth/authorize`,
          params: { scope: 'readwrite' },
        },
        token: `${env.issuer}/guest/v7/oauth-tokens`,
        userinfo: `${env.issuer}/user/v7/oauth-userinfo`,
      },
    ],
    callbacks: {
      async jwt({ token, account }) {
        if (account) {
          const { access_token, refresh_token, expires_at } = account;
          return { ...token, access_token, refresh_token, expires_at };
        }
        return clock.seconds() < Number(token['expires_at']) ? token : refresh(env, clock, token);
      },
      // For the server's own code only: what is put here is also sent to the browser.
      session: ({ session, token }) => ({ ...session, accessToken: token['access_token'] }),
    },
    secret: randomBytes(32).toString('hex'),
    trustHost: true,
  };
}

async function refresh(env: Environment, clock: Clock, token: JWT): Promise<JWT> {
  const response = await fetch(`${env.issuer}/guest/v7/oauth-tokens`, {
    method: 'POST',
    body: new URLSearchParams({
      grant_type: 'refresh_token',
      refresh_token: String(token['refresh_token']),
      client_id: env.clientId,
      client_secret: env.clientSecret ?? '',
    }),
  });
  if (!response.ok) throw new Error(`The refresh failed: ${await response.text()}`);
  const { access_token, refresh_token, expires_in } = (await response.json()) as {
    access_token: string;
    refresh_token: string;
    expires_in: number;
  };
  return { ...token, access_token, refresh_token, expires_at: clock.seconds() + expires_in };
}

export async function run(env: Environment): Promise<Outcome> {
  const clock = { seconds: () => Date.now() / 1000 };
  const browser = await openBrowser(env, configure(env, clock));

  // Authorize: what the button "Sign in with Flixcheck" sends.
  const { csrfToken } = (await (await browser.visit('/auth/csrf')).json()) as { csrfToken: string };
  const signIn = await browser.visit('/auth/signin/flixcheck', { csrfToken });
  const callback = await env.authorize(signIn.headers.get('location') ?? '');

  // Exchange
  await browser.visit(callback.pathname + callback.search);

  // Call, in the name of the session's user
  const me = async () => {
    const session = (await (await browser.visit('/auth/session')).json()) as {
      accessToken: string;
    };
    const response = await fetch(`${env.issuer}/user/v7/users/me`, {
      headers: { authorization: `Bearer ${session.accessToken}` },
    });
    return ((await response.json()) as { resource: User }).resource;
  };
  const user = await me();

  // Refresh: happens when a session is read whose access token has run out.
  clock.seconds = () => Date.now() / 1000 + 61 * 60;
  const userAfterRefresh = await me();

  return { user, userAfterRefresh, statusAfterRevocation: null };
}

/** Stands for the web framework and the browser: hands requests to Auth.js and keeps the cookies. */
async function openBrowser(env: Environment, config: AuthConfig) {
  const { Auth } = await import('@auth/core');
  const cookies = new Map<string, string>();
  return {
    async visit(path: string, form?: Record<string, string>): Promise<Response> {
      const cookie = [...cookies].map(([name, value]) => `${name}=${value}`).join('; ');
      const request = new Request(new URL(path, env.redirectUri), {
        method: form ? 'POST' : 'GET',
        headers: { cookie },
        body: form && new URLSearchParams(form),
      });
      const response = (await Auth(request, config)) as Response;
      for (const header of response.headers.getSetCookie()) {
        const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(header) ?? [];
        cookies.set(name, value);
      }
      return response;
    },
  };
}
