import { ask } from './requests.mjs';

const FORM = { 'content-type': 'application/x-www-form-urlencoded' };

export const CLIENT = {
  clientId: 'maklerwelt-crm',
  clientSecret: 'maklerwelt-crm-demo-secret',
  redirectUri: 'http://localhost:4000/callback',
  /** For servers that do not go without PKCE; 43 characters at least. */
  codeVerifier: 'a-code-verifier-that-is-the-same-for-every-code',
};

/**
 * A token endpoint, as the one client asks it, and codes for that.
 * @param server answers `codes` with a code for each of `count` grants
 * @param path where its token endpoint is
 * @param database whose work is counted too; undefined: it has none
 * @param more parameters of an exchange that only this server asks for
 */
export function tokenEndpoint(server, path, database, more = {}) {
  return {
    server,
    database,
    /** @returns a body for each of `count` codes */
    async exchanges(count) {
      const codes = await server.ask('codes', { count });
      return codes.map((code) =>
        form({ grant_type: 'authorization_code', code, redirect_uri: CLIENT.redirectUri, ...more }),
      );
    },
    /** @returns the tokens that a request is answered with */
    async token(body) {
      return JSON.parse(await ask(`${server.url}${path}`, { method: 'POST', headers: FORM, body }));
    },
    refresh(refreshToken) {
      return this.token(form({ grant_type: 'refresh_token', refresh_token: refreshToken }));
    },
  };
}

function form(parameters) {
  return new URLSearchParams({
    client_id: CLIENT.clientId,
    client_secret: CLIENT.clientSecret,
    ...parameters,
  }).toString();
}
