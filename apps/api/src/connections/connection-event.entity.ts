import { Column, Entity, PrimaryGeneratedColumn } from 'typeorm';
import type { ConnectionEventType } from './connection.js';

/** An entry of a connection's history. */
@Entity({ name: 'connection_events' })
export class ConnectionEventEntity {
  /** A bigint, which does not fit into a JavaScript number. */
  @PrimaryGeneratedColumn('identity', { type: 'bigint', generatedIdentity: 'ALWAYS' })
  id!: string;

  @Column({ name: 'connection_id', type: 'uuid' })
  connectionId!: string;

  @Column({ type: 'timestamptz' })
  at!: Date;

  @Column({ type: 'text' })
  type!: ConnectionEventType;

  @Column({ name: 'actor_id', type: 'uuid', nullable: true })
  actorId!: string | null;

  @Column({ type: 'text', nullable: true })
  scope!: string | null;

  @Column({ type: 'text', nullable: true })
  detail!: string | null;

  @Column({ name: 'in_advance', type: 'boolean' })
  inAdvance!: boolean;

  @Column({ name: 'former_scope', type: 'text', nullable: true })
  formerScope!: string | null;

  @Column({ name: 'former_end', type: 'timestamptz', nullable: true })
  formerEnd!: Date | null;
}
