import type { ClientRecord } from './client-record.js';

/** A registered third-party application, as the other modules see it. */
export interface OAuthClient extends Readonly<ClientRecord> {
  readonly deletedAt: Date | null;
}
