import type { AccessTokenClaims } from './access-token.js';
import type { RevocationSource } from './verifier.js';

export interface IntrospectionOptions {
  /** POST …/guest/v7/oauth-tokens/introspect */
  endpoint: string;
  /** A confidential client. Introspection shows a client its own tokens only. */
  clientId: string;
  clientSecret: string;
  fetch?: typeof fetch;
}

const TIMEOUT_MS = 5000;

/**
 * Revocation by asking the issuer for each request (RFC 7662): for a service that belongs to the
 * client whose tokens it accepts, and cannot reach the database.
 */
export function introspection(options: IntrospectionOptions): RevocationSource {
  const basic = [options.clientId, options.clientSecret].map(encodeURIComponent).join(':');
  const authorization = `Basic ${Buffer.from(basic).toString('base64')}`;
  return {
    async isRevoked(_claims: AccessTokenClaims, token: string): Promise<boolean> {
      const response = await (options.fetch ?? fetch)(options.endpoint, {
        method: 'POST',
        headers: { authorization, accept: 'application/json' },
        body: new URLSearchParams({ token, token_type_hint: 'access_token' }),
        redirect: 'error',
        signal: AbortSignal.timeout(TIMEOUT_MS),
      });
      if (!response.ok) throw new Error(`Introspection answered with ${response.status}.`);
      const { active } = (await response.json()) as { active?: unknown };
      return active !== true;
    },
  };
}
