import { Column, Entity, PrimaryColumn } from 'typeorm';

/** What every node must refuse although its signature is valid. */
@Entity({ name: 'revocations' })
export class RevocationEntity {
  /** A connection's id, a refresh token family's id, an access token's `jti`, or whose tokens. */
  @PrimaryColumn({ type: 'text' })
  subject!: string;

  @Column({ name: 'revoked_at', type: 'timestamptz' })
  revokedAt!: Date;

  /** What was issued earlier is refused; infinity: whatever was issued. */
  @Column({ name: 'issued_before', type: 'timestamptz', default: 'infinity' })
  issuedBefore!: Date | number;

  /** From then on, all tokens of the subject have expired. */
  @Column({ name: 'expires_at', type: 'timestamptz' })
  expiresAt!: Date;
}
