import { Column, Entity, PrimaryColumn } from 'typeorm';

@Entity({ name: 'oauth_client_secrets' })
export class OAuthClientSecretEntity {
  @PrimaryColumn({ type: 'uuid' })
  id!: string;

  @Column({ name: 'oauth_client_id', type: 'uuid', update: false })
  oauthClientId!: string;

  @Column({ name: 'secret_hash', type: 'bytea', update: false, select: false })
  secretHash!: Buffer;

  /** For people to tell two secrets apart, since the value is never shown again. */
  @Column({ name: 'last_four', type: 'text', update: false })
  lastFour!: string;

  /** What operators call it, to know who uses it. */
  @Column({ type: 'text', nullable: true, update: false })
  name!: string | null;

  @Column({ name: 'created_at', type: 'timestamptz', update: false })
  createdAt!: Date;

  @Column({ name: 'expires_at', type: 'timestamptz', nullable: true })
  expiresAt!: Date | null;

  @Column({
    name: 'last_used_at',
    type: 'timestamptz',
    nullable: true,
    insert: false,
    update: false,
  })
  lastUsedAt!: Date | null;
}
