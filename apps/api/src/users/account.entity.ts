import { Column, Entity, PrimaryColumn } from 'typeorm';

/** A company that uses the portal. */
@Entity({ name: 'accounts' })
export class AccountEntity {
  @PrimaryColumn({ type: 'uuid' })
  id!: string;

  @Column({ type: 'text' })
  name!: string;

  @Column({ name: 'created_at', type: 'timestamptz' })
  createdAt!: Date;

  /** Since then nobody of the company gets in. Null while it is open. */
  @Column({ name: 'closed_at', type: 'timestamptz', nullable: true })
  closedAt!: Date | null;

  /** From then on everybody needs a second factor. Null while none is required. */
  @Column({ name: 'second_factor_from', type: 'timestamptz', nullable: true })
  secondFactorFrom!: Date | null;
}
