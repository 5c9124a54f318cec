import { Injectable, type OnModuleInit } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { setTimeout as delay } from 'node:timers/promises';
import type { DataSource } from 'typeorm';
import { BackgroundWork } from '../background/background-work.js';
import { Clock, SECOND } from '../config/clock.js';
import { AppLogger } from '../telemetry/app-logger.js';
import {
  BEGINNING,
  CHAINED_COLUMNS,
  type ChainedRecord,
  hashRecord,
  hashSeal,
  nameOfSeal,
  type Seal,
} from './audit-chain.js';

const RECORDS_PER_SEAL = 1000;
/** Longer than any transaction of ours lasts. */
const WRITERS_LIMIT_MS = 10 * SECOND;
const POLL_MS = 50;

/**
 * Chains the audit trail, afterwards and in the background: requests write their records at any
 * concurrency and wait for nobody. A seal covers the records that have come since the one before.
 */
@Injectable()
export class AuditSeals implements OnModuleInit {
  constructor(
    @InjectDataSource() private readonly dataSource: DataSource,
    private readonly background: BackgroundWork,
    private readonly clock: Clock,
    private readonly logger: AppLogger,
  ) {}

  onModuleInit(): void {
    this.background.step({
      name: 'users.audit-seals',
      schedule: '* * * * *',
      run: (signal) => this.seal(signal),
    });
  }

  /** @returns how many records were sealed */
  private async seal(signal: AbortSignal): Promise<number> {
    const last = await this.lastRecord();
    let sealed = 0;
    for (let before = await this.lastSeal(); !signal.aborted;) {
      if (last === null || BigInt(last) <= BigInt(before.throughId)) break;
      if (sealed === 0) await this.untilWritten(signal);
      const seal = await this.sealNext(before, last);
      if (!seal) break;
      sealed += seal.recordIds.length;
      this.logger.info(
        `the audit trail is sealed up to record ${seal.throughId}: ${nameOfSeal(seal)}`,
      );
      before = seal;
    }
    return sealed;
  }

  private async lastRecord(): Promise<string | null> {
    const [row]: { last: string | null }[] = await this.dataSource.query(
      'SELECT max(id)::text AS last FROM audit_records',
    );
    return row?.last ?? null;
  }

  private async lastSeal(): Promise<Pick<Seal, 'number' | 'throughId' | 'hash'>> {
    const [seal]: Seal[] = await this.dataSource.query(
      `SELECT number::integer AS number, through_id::text AS "throughId", hash
         FROM audit_seals ORDER BY number DESC LIMIT 1`,
    );
    return seal ?? BEGINNING;
  }

  /**
   * Ids are drawn before they are committed, so one below the highest may still become visible.
   * Whoever has drawn it holds this lock until then: once those who hold it now have ended, no
   * record up to the highest that was visible before can come any more. They wait for nothing.
   */
  private async untilWritten(signal: AbortSignal): Promise<void> {
    const writing = new Set(await this.writers());
    const until = performance.now() + WRITERS_LIMIT_MS;
    while (writing.size > 0) {
      if (performance.now() > until) {
        throw new Error('a transaction has held the audit trail open for too long');
      }
      await delay(POLL_MS, undefined, { signal });
      const still = new Set(await this.writers());
      for (const writer of writing) if (!still.has(writer)) writing.delete(writer);
    }
  }

  private async writers(): Promise<string[]> {
    const rows: { writer: string }[] = await this.dataSource.query(
      `SELECT virtualtransaction AS writer FROM pg_locks
        WHERE locktype = 'relation' AND relation = 'audit_records'::regclass AND granted
          AND mode = 'RowExclusiveLock'
          AND database = (SELECT oid FROM pg_database WHERE datname = current_database())`,
    );
    return rows.map(({ writer }) => writer);
  }

  /** Of two nodes that seal at once, one meets the other's number and is repeated. */
  private async sealNext(
    before: Pick<Seal, 'number' | 'throughId' | 'hash'>,
    last: string,
  ): Promise<Seal | undefined> {
    const records: (ChainedRecord & { fleeting: boolean })[] = await this.dataSource.query(
      `SELECT ${CHAINED_COLUMNS}, is_failed_attempt(r.action) AS fleeting FROM audit_records r
        WHERE r.id > $1 AND r.id <= $2 ORDER BY r.id LIMIT ${RECORDS_PER_SEAL}`,
      [before.throughId, last],
    );
    const throughId = records.at(-1)?.id;
    if (throughId === undefined) return undefined;
    const unsigned = {
      number: before.number + 1,
      sealedAt: this.clock.now(),
      throughId,
      recordIds: records.map(({ id }) => id),
      recordHashes: records.map(hashRecord),
      fleeting: records.map(({ fleeting }) => fleeting),
      previousHash: before.hash,
    };
    const seal = { ...unsigned, hash: hashSeal(unsigned) };
    await this.dataSource.query(
      `INSERT INTO audit_seals (number, sealed_at, through_id, record_ids, record_hashes, fleeting,
                                previous_hash, hash)
       VALUES ($1, $2, $3, $4::bigint[], $5::bytea[], $6::boolean[], $7, $8)`,
      [
        seal.number,
        seal.sealedAt,
        seal.throughId,
        seal.recordIds,
        seal.recordHashes,
        seal.fleeting,
        seal.previousHash,
        seal.hash,
      ],
    );
    return seal;
  }
}
