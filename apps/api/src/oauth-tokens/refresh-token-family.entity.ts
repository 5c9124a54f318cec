import { Column, Entity, PrimaryColumn } from 'typeorm';

/** `revoked`: by its client; `superseded`: there were too many newer ones. */
export type FamilyEndReason = 'refresh_token_reused' | 'code_reused' | 'revoked' | 'superseded';

/** One family of refresh tokens: the current one, its predecessor, and when they changed. */
@Entity('refresh_token_families')
export class RefreshTokenFamily {
  @PrimaryColumn('uuid')
  id!: string;

  @Column('uuid', { name: 'connection_id' })
  connectionId!: string;

  @Column('bytea', { name: 'handle_hash' })
  handleHash!: Buffer;

  @Column('text')
  scope!: string;

  @Column('int')
  generation!: number;

  @Column('bytea', { name: 'current_hash' })
  currentHash!: Buffer;

  @Column('bytea', { name: 'previous_hash', nullable: true })
  previousHash!: Buffer | null;

  @Column('timestamptz', { name: 'created_at' })
  createdAt!: Date;

  @Column('timestamptz', { name: 'rotated_at', nullable: true })
  rotatedAt!: Date | null;

  @Column('timestamptz', { name: 'expires_at' })
  expiresAt!: Date;

  @Column('timestamptz', { name: 'ended_at', nullable: true })
  endedAt!: Date | null;

  @Column('text', { name: 'end_reason', nullable: true })
  endReason!: FamilyEndReason | null;
}
