import { Column, Entity, PrimaryColumn } from 'typeorm';

@Entity('authorization_codes')
export class AuthorizationCode {
  @PrimaryColumn('uuid')
  id!: string;

  @Column('bytea', { name: 'code_hash' })
  codeHash!: Buffer;

  @Column('uuid', { name: 'connection_id' })
  connectionId!: string;

  /** null: bound to none, because several are registered and the request named none. */
  @Column('text', { name: 'redirect_uri', nullable: true })
  redirectUri!: string | null;

  @Column('text')
  scope!: string;

  @Column('text', { name: 'code_challenge', nullable: true })
  codeChallenge!: string | null;

  @Column('timestamptz', { name: 'created_at' })
  createdAt!: Date;

  @Column('timestamptz', { name: 'expires_at' })
  expiresAt!: Date;

  @Column('timestamptz', { name: 'redeemed_at', nullable: true })
  redeemedAt!: Date | null;

  /** Who granted it, because the number of codes for each user is limited. */
  @Column('uuid', { name: 'user_id', nullable: true })
  userId!: string | null;

  /** The refresh token family that its redemption opened. */
  @Column('uuid', { name: 'family_id', nullable: true })
  familyId!: string | null;
}
