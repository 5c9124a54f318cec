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

  @Column({ type: 'boolean' })
  listed!: boolean;

  @Column({ name: 'created_at', type: 'timestamptz', update: false })
  createdAt!: Date;

  @Column({ name: 'updated_at', type: 'timestamptz' })
  updatedAt!: Date;

  @Column({ name: 'deleted_at', type: 'timestamptz', nullable: true })
  deletedAt!: Date | null;
}
