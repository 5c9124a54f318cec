import { Column, Entity, PrimaryColumn } from 'typeorm';
import type { ConnectionRecord } from './connection.js';
import type { RevocationReason } from './revocation-reasons.js';

/**
 * The standing permission of one client to act as one user. Never deleted: history shows it. Read
 * from a view, in which what an ending covers has ended; written by statements of this module.
 */
@Entity({ name: 'current_connections' })
export class ConnectionEntity implements ConnectionRecord {
  @PrimaryColumn({ type: 'uuid' })
  id!: string;

  @Column({ name: 'oauth_client_id', type: 'uuid' })
  oauthClientId!: string;

  @Column({ name: 'user_id', type: 'uuid' })
  userId!: string;

  @Column({ name: 'account_id', type: 'uuid' })
  accountId!: string;

  @Column({ type: 'text' })
  scope!: string;

  @Column({ name: 'granted_at', type: 'timestamptz' })
  grantedAt!: Date;

  @Column({ name: 'last_used_at', type: 'timestamptz', nullable: true })
  lastUsedAt!: Date | null;

  @Column({ name: 'last_refresh_refused_at', type: 'timestamptz', nullable: true })
  lastRefreshRefusedAt!: Date | null;

  @Column({ name: 'expires_at', type: 'timestamptz', nullable: true })
  expiresAt!: Date | null;

  @Column({ name: 'advance_at', type: 'timestamptz', nullable: true })
  advanceAt!: Date | null;

  @Column({ name: 'advance_by', type: 'uuid', nullable: true })
  advanceBy!: string | null;

  @Column({ name: 'revoked_at', type: 'timestamptz', nullable: true })
  revokedAt!: Date | null;

  @Column({ name: 'revoked_by', type: 'uuid', nullable: true })
  revokedBy!: string | null;

  @Column({ name: 'revocation_reason', type: 'text', nullable: true })
  revocationReason!: RevocationReason | null;
}
