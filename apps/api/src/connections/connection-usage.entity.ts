import { Column, Entity, PrimaryColumn } from 'typeorm';

/** How many requests came in through a connection on one day (UTC). */
@Entity({ name: 'connection_usage' })
export class ConnectionUsageEntity {
  @PrimaryColumn({ name: 'connection_id', type: 'uuid' })
  connectionId!: string;

  /** YYYY-MM-DD */
  @PrimaryColumn({ type: 'date' })
  day!: string;

  @Column({ type: 'integer' })
  requests!: number;
}
