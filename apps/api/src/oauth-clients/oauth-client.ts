import type { Scope } from '@flixcheck/oauth-protocol';

export const CLIENT_KINDS = ['confidential', 'public'] as const;
export type ClientKind = (typeof CLIENT_KINDS)[number];

export const CLIENT_STATUSES = ['active', 'disabled'] as const;
export type ClientStatus = (typeof CLIENT_STATUSES)[number];

/** A registered third-party application, as the other modules see it. */
export interface OAuthClient {
  readonly id: string;
  /** The public name in requests; `id` is the one in the database. */
  readonly clientId: string;
  readonly name: string;
  readonly description: string;
  readonly publisher: string;
  readonly publisherVerified: boolean;
  readonly kind: ClientKind;
  readonly redirectUris: readonly string[];
  /** What the client may ask for. */
  readonly scopes: readonly Scope[];
  readonly requirePkce: boolean;
  readonly status: ClientStatus;
  /** Whether users are offered it among the available applications. */
  readonly listed: boolean;
  readonly logoUri: string | null;
  readonly homepageUri: string | null;
  readonly privacyPolicyUri: string | null;
  /** Where the application itself begins a connection. */
  readonly startUri: string | null;
  readonly createdAt: Date;
  readonly updatedAt: Date;
  readonly deletedAt: Date | null;
}

/** What the database and the paths of the API take for a client id; no other one is looked up. */
export const CLIENT_ID = /^[A-Za-z0-9_-]{3,64}$/;

/** The columns of `oauth_clients c` under the names of {@link OAuthClient}. */
export const CLIENT_COLUMNS = `
  c.id, c.client_id AS "clientId", c.name, c.description, c.publisher,
  c.publisher_verified AS "publisherVerified", c.kind, c.redirect_uris AS "redirectUris", c.scopes,
  c.require_pkce AS "requirePkce", c.status, c.listed, c.logo_uri AS "logoUri",
  c.homepage_uri AS "homepageUri", c.privacy_policy_uri AS "privacyPolicyUri",
  c.start_uri AS "startUri", c.created_at AS "createdAt", c.updated_at AS "updatedAt",
  c.deleted_at AS "deletedAt"`;
