import type { JsonWebKey } from 'node:crypto';
import { Column, Entity, PrimaryColumn } from 'typeorm';

@Entity('signing_keys')
export class SigningKey {
  @PrimaryColumn('text')
  kid!: string;

  /** AES-256-GCM under a key derived from APP_SECRET: nonce, tag, PKCS #8. */
  @Column('bytea', { name: 'private_key_encrypted' })
  privateKeyEncrypted!: Buffer;

  @Column('jsonb', { name: 'public_jwk' })
  publicJwk!: JsonWebKey;

  @Column('timestamptz', { name: 'created_at' })
  createdAt!: Date;

  /** Published earlier, so that verifiers know the key before it signs. */
  @Column('timestamptz', { name: 'signs_from' })
  signsFrom!: Date;

  @Column('timestamptz', { name: 'revoked_at', nullable: true })
  revokedAt!: Date | null;
}
