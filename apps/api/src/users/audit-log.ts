import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';

export interface AuditRecord {
  /** Who did it; null for the command line and for schedules. */
  actorId: string | null;
  /** What was done, past tense, stable: `user_disabled`, `client_secret_created`. */
  action: string;
  /** To whom or what; null where the thing has no UUID (a signing key). */
  subjectId: string | null;
  /** What else a reader needs to know. Never a secret, never an e-mail address. */
  detail?: Record<string, unknown>;
  at: Date;
}

/** The one place that writes audit records. */
@Injectable()
export class AuditLog {
  /** @param tx the transaction that does what is recorded, so that neither exists without the other */
  async record(tx: EntityManager, record: AuditRecord): Promise<void> {
    await tx.query(
      `INSERT INTO audit_records (at, actor_id, action, subject_id, detail) VALUES ($1, $2, $3, $4, $5)`,
      [
        record.at,
        record.actorId,
        record.action,
        record.subjectId,
        JSON.stringify(record.detail ?? {}),
      ],
    );
  }
}
