import type { ClientRecord } from './client-record.js';

export const CLIENT_KINDS = ['confidential', 'public'] as const;
export type ClientKind = (typeof CLIENT_KINDS)[number];

export const CLIENT_STATUSES = ['active', 'disabled'] as const;
export type ClientStatus = (typeof CLIENT_STATUSES)[number];

/** A registered third-party application, as the other modules see it. */
export interface OAuthClient extends Readonly<ClientRecord> {
  /** Whether users are offered it among the available applications. */
  readonly listed: boolean;
  readonly deletedAt: Date | null;
}

/** What the database and the paths of the API take for a client id; no other one is looked up. */
export const CLIENT_ID = /^[A-Za-z0-9_-]{3,64}$/;
