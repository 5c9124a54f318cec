import type { ClientRecord } from './client-record.js';

/** A registered third-party application, as the other modules see it. */
export interface OAuthClient extends Readonly<ClientRecord> {
  /** Whether users are offered it among the available applications. */
  readonly listed: boolean;
  readonly deletedAt: Date | null;
}
