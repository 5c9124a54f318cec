import { Column, Entity, PrimaryColumn } from 'typeorm';

/** What every node must refuse although its signature is good. */
@Entity({ name: 'revocations' })
export class RevocationEntity {
  /** A connection's id, a refresh token family's id, or an access token's `jti`. */
  @PrimaryColumn({ type: 'text' })
  subject!: string;

  @Column({ name: 'revoked_at', type: 'timestamptz' })
  revokedAt!: Date;

  /** From then on no token of the subject can be alive. */
  @Column({ name: 'expires_at', type: 'timestamptz' })
  expiresAt!: Date;
}
