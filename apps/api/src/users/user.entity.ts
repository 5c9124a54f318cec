import { Column, Entity, JoinColumn, ManyToOne, PrimaryColumn } from 'typeorm';
import type { Role } from '../http/access.js';
import { AccountEntity } from './account.entity.js';

/** A person who signs in to the portal. */
@Entity({ name: 'users' })
export class UserEntity {
  @PrimaryColumn({ type: 'uuid' })
  id!: string;

  @Column({ name: 'account_id', type: 'uuid' })
  accountId!: string;

  @ManyToOne(() => AccountEntity)
  @JoinColumn({ name: 'account_id' })
  account!: AccountEntity;

  @Column({ type: 'text' })
  email!: string;

  @Column({ name: 'first_name', type: 'text' })
  firstName!: string;

  @Column({ name: 'last_name', type: 'text' })
  lastName!: string;

  @Column({ type: 'text' })
  role!: Role;

  @Column({ type: 'text' })
  locale!: 'de' | 'en';

  @Column({ type: 'text' })
  status!: 'active' | 'disabled';

  /** Read only to verify a password. */
  @Column({ name: 'password_hash', type: 'text', select: false })
  passwordHash!: string;

  /** Somebody else has set the password, so its owner has to choose another one. */
  @Column({ name: 'password_given', type: 'boolean', default: false })
  passwordGiven!: boolean;

  /** Who has joined with a passkey has a password that nobody knows, until they choose one. */
  @Column({ name: 'password_chosen', type: 'boolean', default: true })
  passwordChosen!: boolean;

  /** The kinds of mail that the user does without. */
  @Column({ name: 'muted_notices', type: 'text', array: true })
  mutedNotices!: string[];

  /** Browsers in which the user signed in before are known no more; null: all are. */
  @Column({ name: 'devices_known_from', type: 'timestamptz', nullable: true, select: false })
  devicesKnownFrom!: Date | null;

  @Column({ name: 'last_sign_in_at', type: 'timestamptz', nullable: true })
  lastSignInAt!: Date | null;

  /** All that is left of the person is a pseudonym. */
  @Column({ name: 'erased_at', type: 'timestamptz', nullable: true })
  erasedAt!: Date | null;

  @Column({ name: 'created_at', type: 'timestamptz' })
  createdAt!: Date;

  @Column({ name: 'updated_at', type: 'timestamptz' })
  updatedAt!: Date;
}
