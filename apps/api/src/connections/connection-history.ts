import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import type { ConnectionEventType } from './connection.js';

/** What held before an event that changed it. */
export interface FormerTerms {
  scope: string;
  /** When the connection was to end by itself; null: never. */
  expiresAt: Date | null;
}

export interface ConnectionEvent {
  connectionId: string;
  type: ConnectionEventType;
  at: Date;
  actorId?: string | null;
  scope?: string | null;
  detail?: string | null;
  /** Of a consent: an admin's, from before the user asked for the connection. */
  inAdvance?: boolean;
  /** Of a renewal, a reduction and a changed time. */
  former?: FormerTerms | undefined;
}

/** What happened to connections, for the people who look at them; `ConnectionsOverview` shows it. */
@Injectable()
export class ConnectionHistory {
  /**
   * @param tx the transaction that does what is recorded
   */
  async record(tx: EntityManager, event: ConnectionEvent): Promise<void> {
    const values = [
      event.connectionId,
      event.at,
      event.type,
      event.actorId ?? null,
      event.scope ?? null,
      event.detail ?? null,
    ];
    if (event.type !== 'refresh_refused') {
      const { inAdvance = false, former } = event;
      await tx.query(RECORD, [
        ...values,
        inAdvance,
        former?.scope ?? null,
        former?.expiresAt ?? null,
      ]);
      return;
    }
    const first: unknown[] = await tx.query(RECORD_FIRST_REFUSAL, values);
    if (first.length === 0) await tx.query(NOTE_REFUSAL, [event.connectionId, event.at]);
  }
}

const RECORD = `
  INSERT INTO connection_events
    (connection_id, at, type, actor_id, scope, detail, in_advance, former_scope, former_end)
  VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)`;

/** A client that keeps trying adds one event, not one for each attempt. */
const RECORD_FIRST_REFUSAL = `
  WITH noted AS (
    UPDATE connections SET last_refresh_refused_at = $2
    WHERE id = $1 AND (last_refresh_refused_at IS NULL
      OR last_refresh_refused_at < $2::timestamptz - interval '1 hour')
    RETURNING id
  )
  INSERT INTO connection_events (connection_id, at, type, actor_id, scope, detail)
  SELECT id, $2, $3, $4, $5, $6 FROM noted
  RETURNING id`;

const NOTE_REFUSAL = 'UPDATE connections SET last_refresh_refused_at = $2 WHERE id = $1';
