import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import type { DataSource, EntityManager } from 'typeorm';

export interface AuditRecord {
  /** Who did it; null for the command line and for schedules. */
  actorId: string | null;
  /** What was done, past tense, stable: `user_disabled`, `client_secret_created`. */
  action: string;
  /** To whom or what; null if the thing has no UUID, such as a signing key. */
  subjectId: string | null;
  /** What else a reader needs to know. Never a secret, never an e-mail address. */
  detail?: Record<string, unknown>;
  at: Date;
}

/** A record as people read it, with present e-mail addresses; null if it was not a user. */
export interface AuditEntry {
  at: Date;
  actorId: string | null;
  actor: string | null;
  action: string;
  subjectId: string | null;
  subject: string | null;
  detail: Record<string, unknown>;
}

export interface AuditFilter {
  limit: number;
  since?: Date | undefined;
  /** Who did it, or to whom it was done. */
  userId?: string | undefined;
}

/** The only place that writes and reads audit records. */
@Injectable()
export class AuditLog {
  constructor(@InjectDataSource() private readonly dataSource: DataSource) {}

  /**
   * @param tx the transaction that does what is recorded, so that neither exists without the other
   */
  async record(tx: EntityManager, record: AuditRecord): Promise<void> {
    await this.recordAll(tx, [record]);
  }

  /** In one statement. */
  async recordAll(tx: EntityManager, records: readonly AuditRecord[]): Promise<void> {
    if (records.length === 0) return;
    await tx.query(
      `INSERT INTO audit_records (at, actor_id, action, subject_id, detail)
       SELECT * FROM unnest($1::timestamptz[], $2::uuid[], $3::text[], $4::uuid[], $5::jsonb[])`,
      [
        records.map(({ at }) => at),
        records.map(({ actorId }) => actorId),
        records.map(({ action }) => action),
        records.map(({ subjectId }) => subjectId),
        records.map(({ detail = {} }) => JSON.stringify(detail)),
      ],
    );
  }

  /** Records a refusal, which belongs to no transaction. */
  async note(record: AuditRecord): Promise<void> {
    await this.record(this.dataSource.manager, record);
  }

  /** The latest first. */
  list({ limit, since, userId }: AuditFilter): Promise<AuditEntry[]> {
    return this.dataSource.query(
      `SELECT r.at, r.actor_id AS "actorId", actor.email AS actor, r.action,
              r.subject_id AS "subjectId", subject.email AS subject, r.detail
         FROM audit_records r
         LEFT JOIN users actor ON actor.id = r.actor_id
         LEFT JOIN users subject ON subject.id = r.subject_id
        WHERE ($2::timestamptz IS NULL OR r.at >= $2)
          AND ($3::uuid IS NULL OR r.actor_id = $3 OR r.subject_id = $3)
        ORDER BY r.id DESC LIMIT $1`,
      [limit, since ?? null, userId ?? null],
    );
  }
}
