import { Injectable } from '@nestjs/common';
import {
  hashesEqual,
  hashSecret,
  type OAuthErrorCode,
  parseBasicCredentials,
} from '@flixcheck/oauth-protocol';
import { Clock } from '../config/clock.js';
import { type Explain, type Explanation, OAuthError } from '../http/api-error.js';
import type { FailureReason } from '../http/failure-reasons.js';
import { ClientCache, type RegisteredClient } from './client-cache.js';
import type { ClientRequest } from './client-request.js';
import type { OAuthClient } from './oauth-client.js';
import { explanation } from './request-explanation.js';
import { SecretExplanations } from './secret-explanations.js';
import { SecretUsage } from './secret-usage.js';

/** What a request says about who sends it. */
type Unproven = Pick<ClientRequest, 'authorization' | 'parameters' | 'named'>;

interface Claim {
  clientId: string;
  secret: string | undefined;
  byBasic: boolean;
  /** What is wrong, whoever sends the request; the client is looked up only for its log. */
  problem?: readonly [reason: FailureReason, description: string];
}

/** How clients that have a secret authenticate, as the metadata say it (RFC 8414 §2). */
export const CLIENT_AUTHENTICATION_METHODS = ['client_secret_basic', 'client_secret_post'];

const BASIC_CHALLENGE = 'Basic realm="flixcheck"';

/** A failed authentication; a client that tried HTTP Basic is challenged (RFC 6749 §5.2). */
export class ClientAuthenticationError extends OAuthError {
  constructor(
    error: Extract<OAuthErrorCode, 'invalid_client' | 'invalid_request'>,
    reason: FailureReason,
    description: string,
    { challenge, explain }: { challenge?: boolean; explain?: Explain } = {},
  ) {
    super(error, reason, description, {
      ...(challenge && { headers: { 'www-authenticate': BASIC_CHALLENGE } }),
      ...(explain && { explain }),
    });
  }
}

/** Proves which client sent a request (RFC 6749 §2.3). */
@Injectable()
export class ClientAuthentication {
  constructor(
    private readonly cache: ClientCache,
    private readonly usage: SecretUsage,
    private readonly secrets: SecretExplanations,
    private readonly clock: Clock,
  ) {}

  /**
   * Adds to a request which client it names, and then that client as the one that sent it: it has
   * proved its secret or is a public one.
   * @returns the same request
   * @throws ClientAuthenticationError whose `reason` is a stable code, one for each way to fail
   */
  async authenticate<Request extends Unproven>(
    request: Request,
  ): Promise<Request & { client: OAuthClient }> {
    const claim = readClaim(request);
    const registered = await this.cache.find(claim.clientId);
    request.named = registered?.client;
    if (claim.problem) {
      throw new ClientAuthenticationError('invalid_request', ...claim.problem, {
        explain: () => explainMethod(claim, registered?.client),
      });
    }
    if (!registered) {
      throw new ClientAuthenticationError(
        'invalid_client',
        'unknown_client',
        'Unknown client: no application with this client_id is registered. Compare it with the one that Flixcheck gave you.',
        { challenge: claim.byBasic },
      );
    }
    const problem = this.problemOf(registered, claim.secret);
    if (problem) {
      throw new ClientAuthenticationError('invalid_client', ...problem, {
        challenge: claim.byBasic,
        explain: () =>
          registered.client.kind === 'confidential' && claim.secret !== undefined
            ? this.secrets.explain(registered.client.id, claim.secret)
            : explainMethod(claim, registered.client),
      });
    }
    return Object.assign(request, { client: registered.client });
  }

  /** The registered client, whoever asks; null for unknown ones. */
  async lookUp(clientId: string): Promise<OAuthClient | null> {
    return (await this.cache.find(clientId))?.client ?? null;
  }

  private problemOf(
    { client, secrets }: RegisteredClient,
    secret: string | undefined,
  ): readonly [reason: FailureReason, description: string] | null {
    if (client.kind === 'public') {
      if (secret !== undefined) {
        return [
          'secret_from_public_client',
          'This is a public client, which has no secret. Send client_id only, and use PKCE.',
        ];
      }
    } else {
      if (secret === undefined) {
        return [
          'client_secret_missing',
          'This client must authenticate: send client_secret in the body, or client_id and secret by HTTP Basic.',
        ];
      }
      const match = this.match(secrets, secret);
      if (match === undefined) {
        return [
          'client_secret_wrong',
          'The client secret is not one of the secrets of this client. Check for missing or extra characters, and that it belongs to this environment.',
        ];
      }
      if (!match.live) {
        return [
          'client_secret_expired',
          'This client secret has expired. Use the one that replaced it, or ask Flixcheck for a new one.',
        ];
      }
      this.usage.record(match.id);
    }
    // Checked last: only a caller that has the secret learns that the client is disabled.
    return client.status === 'active'
      ? null
      : ['client_disabled', 'This client has been disabled. Ask Flixcheck why.'];
  }

  /** Compares with every secret, in constant time, whichever one it is. */
  private match(
    secrets: RegisteredClient['secrets'],
    presented: string,
  ): { id: string; live: boolean } | undefined {
    const hash = hashSecret(presented);
    const now = this.clock.now();
    let match: { id: string; live: boolean } | undefined;
    for (const { id, expiresAt, hash: known } of secrets) {
      const live = expiresAt === null || expiresAt > now;
      if (hashesEqual(known, hash) && !match?.live) match = { id, live };
    }
    return match;
  }
}

/** What follows the scheme is a secret; another word may be one itself. */
const SCHEMES = ['Bearer', 'Digest', 'Token', 'DPoP', 'Negotiate', 'ApiKey'];

function explainMethod(
  { byBasic, secret, problem }: Claim,
  client: OAuthClient | undefined,
): Explanation | undefined {
  if (!client) return undefined;
  const isPublic = client.kind === 'public';
  const wrongMethod = problem !== undefined || (secret === undefined) !== isPublic;
  if (!wrongMethod) return undefined;
  const sent = methodOf(byBasic, secret);
  return explanation('authentication_method', {
    sent: problem?.[0] === 'several_authentication_methods' ? 'basic_and_body' : sent,
    expected: isPublic ? 'none' : 'secret',
  });
}

function methodOf(byBasic: boolean, secret: string | undefined): 'basic' | 'body' | 'none' {
  if (byBasic) return 'basic';
  return secret === undefined ? 'none' : 'body';
}

function explainScheme(header: string): Explanation | undefined {
  const [word = ''] = header.split(/\s/, 1);
  const scheme = SCHEMES.find((known) => known.toLowerCase() === word.toLowerCase());
  if (scheme === undefined) return undefined;
  return explanation('authentication_scheme', { scheme });
}

function readClaim({ authorization, parameters }: Unproven): Claim {
  const header = authorization?.trim() || undefined;
  const inBody = { clientId: parameters.client_id, secret: parameters.client_secret };
  if (header === undefined) return readBody(inBody);
  const basic = parseBasicCredentials(header);
  if (basic === undefined) {
    throw new ClientAuthenticationError(
      'invalid_client',
      'unsupported_authentication_scheme',
      'The Authorization header of this endpoint must be HTTP Basic with client_id and client secret, not a Bearer token. Send Basic, or leave the header out and send client_id and client_secret in the body.',
      { challenge: true, explain: () => explainScheme(header) },
    );
  }
  if (basic === null) {
    throw new ClientAuthenticationError(
      'invalid_client',
      'malformed_basic_credentials',
      'The Basic credentials cannot be read. They must be the base64 of client_id, a colon and the secret, both percent-encoded first (RFC 6749 section 2.3.1).',
      { challenge: true },
    );
  }
  const claim = {
    clientId: basic.clientId,
    secret: basic.clientSecret || undefined,
    byBasic: true,
  };
  if (inBody.secret !== undefined) {
    return {
      ...claim,
      problem: [
        'several_authentication_methods',
        'The request carries client credentials in the header and in the body. Use one of them (RFC 6749 section 2.3).',
      ],
    };
  }
  if (inBody.clientId !== undefined && inBody.clientId !== basic.clientId) {
    return {
      ...claim,
      problem: [
        'client_id_mismatch',
        'The client_id in the body differs from the one in the Authorization header.',
      ],
    };
  }
  return claim;
}

function readBody(body: { clientId: string | undefined; secret: string | undefined }): Claim {
  if (body.clientId !== undefined) {
    return { clientId: body.clientId, secret: body.secret, byBasic: false };
  }
  if (body.secret !== undefined) {
    throw new ClientAuthenticationError(
      'invalid_request',
      'client_id_missing',
      'The parameter client_id is missing beside client_secret.',
    );
  }
  throw new ClientAuthenticationError(
    'invalid_client',
    'client_authentication_missing',
    'The request does not say which client sends it: send client_id and, unless the client is public, client_secret in the body or by HTTP Basic.',
  );
}
