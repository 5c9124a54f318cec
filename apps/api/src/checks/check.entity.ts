import { Column, Entity, PrimaryColumn } from 'typeorm';

/** What an account sends to a customer to fill in. */
@Entity({ name: 'checks' })
export class CheckEntity {
  @PrimaryColumn({ type: 'uuid' })
  id!: string;

  @Column({ name: 'account_id', type: 'uuid' })
  accountId!: string;

  @Column({ name: 'created_by', type: 'uuid' })
  createdBy!: string;

  /** Through which it was created; null: by the user in person. */
  @Column({ name: 'connection_id', type: 'uuid', nullable: true })
  connectionId!: string | null;

  @Column({ name: 'recipient_name', type: 'text' })
  recipientName!: string;

  @Column({ name: 'recipient_email', type: 'text' })
  recipientEmail!: string;

  @Column({ type: 'text' })
  title!: string;

  @Column({ type: 'text' })
  status!: 'draft';

  @Column({ name: 'created_at', type: 'timestamptz' })
  createdAt!: Date;
}
