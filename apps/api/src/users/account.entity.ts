import { Column, Entity, PrimaryColumn } from 'typeorm';
import type { AccountKind } from './account-kind.js';

/** A company that uses the portal, or what somebody has of their own who belongs to none. */
@Entity({ name: 'accounts' })
export class AccountEntity {
  @PrimaryColumn({ type: 'uuid' })
  id!: string;

  /** Empty for a personal one, which is called by the name of its user. */
  @Column({ type: 'text' })
  name!: string;

  @Column({ type: 'text', default: 'company' })
  kind!: AccountKind;

  @Column({ name: 'created_at', type: 'timestamptz' })
  createdAt!: Date;

  /** Since then nobody of the company gets in. Null while it is open. */
  @Column({ name: 'closed_at', type: 'timestamptz', nullable: true })
  closedAt!: Date | null;

  /** From then on everybody needs a second factor. Null while none is required. */
  @Column({ name: 'second_factor_from', type: 'timestamptz', nullable: true })
  secondFactorFrom!: Date | null;
}
