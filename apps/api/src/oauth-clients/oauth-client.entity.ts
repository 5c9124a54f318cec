import type { Scope } from '@flixcheck/oauth-protocol';
import { Column, Entity, PrimaryColumn } from 'typeorm';
import type { ClientKind, ClientStatus, OAuthClient } from './oauth-client.js';

@Entity({ name: 'oauth_clients' })
export class OAuthClientEntity implements OAuthClient {
  @PrimaryColumn({ type: 'uuid' })
  id!: string;

  @Column({ name: 'client_id', type: 'text', unique: true, update: false })
  clientId!: string;

  @Column({ type: 'text' })
  name!: string;

  @Column({ type: 'text' })
  description!: string;

  @Column({ type: 'text' })
  publisher!: string;

  @Column({ name: 'publisher_verified', type: 'boolean' })
  publisherVerified!: boolean;

  @Column({ type: 'text', update: false })
  kind!: ClientKind;

  @Column({ name: 'redirect_uris', type: 'text', array: true })
  redirectUris!: string[];

  @Column({ type: 'text', array: true })
  scopes!: Scope[];

  @Column({ name: 'require_pkce', type: 'boolean' })
  requirePkce!: boolean;

  @Column({ type: 'text' })
  status!: ClientStatus;

  @Column({ type: 'boolean' })
  listed!: boolean;

  @Column({ name: 'logo_uri', type: 'text', nullable: true })
  logoUri!: string | null;

  @Column({ name: 'homepage_uri', type: 'text', nullable: true })
  homepageUri!: string | null;

  @Column({ name: 'privacy_policy_uri', type: 'text', nullable: true })
  privacyPolicyUri!: string | null;

  @Column({ name: 'start_uri', type: 'text', nullable: true })
  startUri!: string | null;

  @Column({ name: 'created_at', type: 'timestamptz', update: false })
  createdAt!: Date;

  @Column({ name: 'updated_at', type: 'timestamptz' })
  updatedAt!: Date;

  @Column({ name: 'deleted_at', type: 'timestamptz', nullable: true })
  deletedAt!: Date | null;
}
