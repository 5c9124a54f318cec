import { createHash } from 'node:crypto';

/** A record as PostgreSQL writes its columns, so that the same record always gives the same text. */
export interface ChainedRecord {
  id: string;
  /**
   * Without it, what a record said could be guessed from its hash after the record has gone. Null in
   * records from before there were seals.
   */
  salt: string | null;
  /** UTC, to the microsecond. */
  at: string;
  actorId: string | null;
  action: string;
  subjectId: string | null;
  accountId: string | null;
  detail: string;
}

/** A row of `audit_seals`: the records after those of the seal before, up to `throughId`. */
export interface Seal {
  number: number;
  sealedAt: Date;
  throughId: string;
  recordIds: string[];
  recordHashes: Buffer[];
  /** Which of them may be deleted once their time is over. */
  fleeting: boolean[];
  previousHash: Buffer;
  hash: Buffer;
}

/** What the first seal follows. */
export const BEGINNING = { number: 0, throughId: '0', hash: Buffer.alloc(32) };

/** The columns of a `ChainedRecord`. */
export const CHAINED_COLUMNS = `r.id::text AS id, r.salt::text AS salt,
  to_char(r.at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US') AS at,
  r.actor_id::text AS "actorId", r.action, r.subject_id::text AS "subjectId",
  r.account_id::text AS "accountId", r.detail::text AS detail`;

/** The columns of a `Seal`. */
export const SEAL_COLUMNS = `number::integer AS number, sealed_at AS "sealedAt",
  through_id::text AS "throughId", record_ids::text[] AS "recordIds",
  record_hashes AS "recordHashes", fleeting, previous_hash AS "previousHash", hash`;

/** SHA-256 of all that a record says. What users are called stands elsewhere, and may change. */
export function hashRecord(record: ChainedRecord): Buffer {
  const { id, salt, at, actorId, action, subjectId, accountId, detail } = record;
  return sha256([id, salt, at, actorId, action, subjectId, accountId, detail]);
}

/** SHA-256 of the seal before and of all that this one covers. */
export function hashSeal(seal: Omit<Seal, 'hash'>): Buffer {
  const { number, sealedAt, throughId, recordIds, recordHashes, fleeting, previousHash } = seal;
  return sha256([
    number,
    sealedAt.toISOString(),
    throughId,
    recordIds,
    recordHashes.map((hash) => hash.toString('hex')),
    fleeting,
    previousHash.toString('hex'),
  ]);
}

/** How people write a seal down: `12:` and its hash. */
export function nameOfSeal({ number, hash }: Pick<Seal, 'number' | 'hash'>): string {
  return `${number}:${hash.toString('hex')}`;
}

/** JSON, in which no two lists of values look the same. */
function sha256(values: readonly unknown[]): Buffer {
  return createHash('sha256').update(JSON.stringify(values)).digest();
}
