import { Column, Entity, PrimaryColumn } from 'typeorm';
import { ClientProfile } from './client-record.js';
import type { ClientKind, ClientStatus } from './client-rules.js';
import type { OAuthClient } from './oauth-client.js';

@Entity({ name: 'oauth_clients' })
export class OAuthClientEntity extends ClientProfile implements OAuthClient {
  @PrimaryColumn({ type: 'uuid' })
  id!: string;

  @Column({ name: 'client_id', type: 'text', unique: true, update: false })
  clientId!: string;

  @Column({ type: 'text', update: false })
  kind!: ClientKind;

  @Column({ type: 'text' })
  status!: ClientStatus;

  /** Null: not verified, or so long ago that nobody has recorded it. */
  @Column({ name: 'publisher_verified_at', type: 'timestamptz', nullable: true })
  publisherVerifiedAt!: Date | null;

  /** The operator; null for the command line. */
  @Column({ name: 'publisher_verified_by', type: 'uuid', nullable: true })
  publisherVerifiedBy!: string | null;

  /** Counts the changes to this row: what `If-Match` compares. */
  @Column({ type: 'integer' })
  version!: number;

  @Column({ name: 'created_at', type: 'timestamptz', update: false })
  createdAt!: Date;

  @Column({ name: 'updated_at', type: 'timestamptz' })
  updatedAt!: Date;

  @Column({ name: 'deleted_at', type: 'timestamptz', nullable: true })
  deletedAt!: Date | null;
}
