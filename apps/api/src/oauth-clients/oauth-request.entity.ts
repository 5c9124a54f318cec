import { Column, Entity, PrimaryGeneratedColumn } from 'typeorm';
import type { Explanation } from '../http/api-error.js';

/** An entry of a client's request log. */
@Entity({ name: 'oauth_requests' })
export class OAuthRequestEntity {
  /** A bigint, which does not fit into a JavaScript number. */
  @PrimaryGeneratedColumn('identity', { type: 'bigint', generatedIdentity: 'ALWAYS' })
  id!: string;

  @Column({ name: 'request_id', type: 'uuid' })
  requestId!: string;

  @Column({ name: 'oauth_client_id', type: 'uuid' })
  oauthClientId!: string;

  @Column({ type: 'timestamptz' })
  at!: Date;

  @Column({ type: 'text' })
  endpoint!: 'authorize' | 'token' | 'revoke' | 'introspect' | 'api';

  /** Of a call of the API: method and pattern of the address, without what identifies anybody. */
  @Column({ type: 'text', nullable: true })
  route!: string | null;

  @Column({ name: 'grant_type', type: 'text', nullable: true })
  grantType!: string | null;

  @Column({ type: 'text' })
  outcome!: 'success' | 'failure';

  @Column({ type: 'text', nullable: true })
  error!: string | null;

  @Column({ type: 'text', nullable: true })
  reason!: string | null;

  @Column({ type: 'text', nullable: true })
  detail!: string | null;

  @Column({ type: 'jsonb', nullable: true })
  explanation!: Omit<Explanation, 'sentence'> | null;

  @Column({ name: 'connection_id', type: 'uuid', nullable: true })
  connectionId!: string | null;

  @Column({ type: 'text' })
  ip!: string;

  @Column({ name: 'duration_ms', type: 'real' })
  durationMs!: number;

  /** How many it stands for: of many refused calls, only some have an entry of their own. */
  @Column({ type: 'integer' })
  requests!: number;
}
