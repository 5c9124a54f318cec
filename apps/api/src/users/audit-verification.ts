import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import type { DataSource, EntityManager } from 'typeorm';
import {
  BEGINNING,
  CHAINED_COLUMNS,
  type ChainedRecord,
  hashRecord,
  hashSeal,
  nameOfSeal,
  type Seal,
  SEAL_COLUMNS,
} from './audit-chain.js';

/** What was found in the audit trail. */
export interface AuditVerdict {
  /** The first thing that is wrong, in a sentence that names the record; null where nothing is. */
  broken: string | null;
  /** Sealed records that are there and unchanged. */
  records: number;
  /** Records of failed attempts that have been deleted after their time. */
  outdated: number;
  /** Records that are younger than the last seal: nothing is known of them yet. */
  unsealed: number;
  seals: number;
  /** The last seal, `number:hash`, to be kept elsewhere; null as long as there is none. */
  latest: string | null;
}

type Before = Pick<Seal, 'number' | 'throughId' | 'hash'>;
type Progress = Pick<AuditVerdict, 'records' | 'outdated' | 'seals'>;

/** Compares the audit trail with its seals. */
@Injectable()
export class AuditVerification {
  constructor(@InjectDataSource() private readonly dataSource: DataSource) {}

  /** @param kept a seal as it was written down earlier, `number:hash` */
  verify(kept?: string): Promise<AuditVerdict> {
    // One moment for all of it: records are sealed and deleted meanwhile.
    return this.dataSource.transaction('REPEATABLE READ', (tx) => this.verifyAt(tx, kept));
  }

  private async verifyAt(tx: EntityManager, kept?: string): Promise<AuditVerdict> {
    const found = { records: 0, outdated: 0, seals: 0 };
    const deletedThrough = await lastDeleted(tx);
    const names = new Set<string>();
    let before: Before = BEGINNING;
    let broken: string | null = null;
    while (broken === null) {
      const [seal]: Seal[] = await tx.query(
        `SELECT ${SEAL_COLUMNS} FROM audit_seals WHERE number > $1 ORDER BY number LIMIT 1`,
        [before.number],
      );
      if (!seal) break;
      broken =
        missingSeal(seal, before) ??
        (await brokenRecord(tx, seal, before.throughId, deletedThrough, found)) ??
        changedSeal(seal, before);
      names.add(nameOfSeal(seal));
      found.seals += 1;
      before = seal;
    }
    if (broken === null && kept !== undefined && !names.has(kept)) {
      broken = `The seal ${kept}, which was kept elsewhere, is not in the database: the audit trail has been rewritten, or comes from an older backup.`;
    }
    const [{ unsealed }]: [{ unsealed: number }] = await tx.query(
      'SELECT count(*)::integer AS unsealed FROM audit_records WHERE id > $1',
      [before.throughId],
    );
    const latest = before.number === 0 ? null : nameOfSeal(before);
    return { broken, ...found, unsealed, latest };
  }
}

/** Up to which record failed attempts have been deleted, as the trail itself says. */
async function lastDeleted(tx: EntityManager): Promise<bigint> {
  const [{ last }]: [{ last: string }] = await tx.query(
    `SELECT coalesce(max((detail ->> 'through')::bigint), 0)::text AS last FROM audit_records
      WHERE action = 'failed_attempts_deleted'`,
  );
  return BigInt(last);
}

function missingSeal({ number, recordIds }: Seal, before: Before): string | null {
  if (number === before.number + 1) return null;
  return `Seal ${before.number + 1} is missing: nothing is known of the records between ${before.throughId} and ${recordIds[0]}.`;
}

function changedSeal(seal: Seal, before: Before): string | null {
  const { number, previousHash, hash, recordIds } = seal;
  if (previousHash.equals(before.hash) && hashSeal(seal).equals(hash)) return null;
  return `Seal ${number} has been changed: nothing is known of the records from ${recordIds[0]} on.`;
}

/** The first record of a seal that is not as it was sealed. */
async function brokenRecord(
  tx: EntityManager,
  seal: Seal,
  after: string,
  deletedThrough: bigint,
  found: Progress,
): Promise<string | null> {
  const { number, sealedAt, throughId, recordIds, recordHashes, fleeting } = seal;
  const rows: ChainedRecord[] = await tx.query(
    `SELECT ${CHAINED_COLUMNS} FROM audit_records r WHERE r.id > $1 AND r.id <= $2 ORDER BY r.id`,
    [after, throughId],
  );
  const since = `seal ${number} of ${sealedAt.toISOString()}`;
  const sealed = new Map(recordIds.map((id, index) => [id, index]));
  const there = new Map(rows.map((row) => [row.id, row]));
  const ids = [...new Set([...recordIds, ...there.keys()])].sort((a, b) => Number(a) - Number(b));
  for (const id of ids) {
    const index = sealed.get(id);
    const row = there.get(id);
    if (index === undefined) return `Record ${id} was added after ${since}.`;
    if (!row) {
      if (!fleeting[index] || BigInt(id) > deletedThrough) {
        return `Record ${id} is missing: it was there at ${since}.`;
      }
      found.outdated += 1;
    } else if (recordHashes[index]?.equals(hashRecord(row)) !== true) {
      return `Record ${id} has been changed after ${since}.`;
    } else found.records += 1;
  }
  return null;
}
