import { Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import type { DataSource } from 'typeorm';
import { DEFAULT_LIMIT, decodeCursor, type ResourcesEnvelope, toPage } from '../http/envelope.js';
import { AppLogger } from '../telemetry/app-logger.js';
import { Metrics } from '../telemetry/metrics.js';
import { OAuthRequestEntity } from './oauth-request.entity.js';
import type { RequestLogQuery } from './request-log.dto.js';

export type RequestLogEntry = Omit<OAuthRequestEntity, 'id' | 'route' | 'requests'> &
  // What only calls of the API have.
  Partial<Pick<OAuthRequestEntity, 'route' | 'requests'>>;
export type RequestLogRecord = Omit<OAuthRequestEntity, 'id' | 'oauthClientId'>;

/** How late a success may appear in the log. */
const FLUSH_MS = 250;
/** A full batch is written at once; no statement writes more. */
const BATCH_SIZE = 500;
/** While the database is unavailable, this many of the newest entries are kept. */
const MAX_PENDING = 10_000;
const MAX_TEXT = 1000;
const PART_OF_ID = /^[0-9a-f-]+$/i;

const INSERT = `
  INSERT INTO oauth_requests (request_id, oauth_client_id, at, endpoint, grant_type, outcome, error,
    reason, detail, explanation, connection_id, ip, duration_ms, route, requests)
  SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::timestamptz[], $4::text[], $5::text[], $6::text[],
    $7::text[], $8::text[], $9::text[], $10::jsonb[], $11::uuid[], $12::text[], $13::real[],
    $14::text[], $15::integer[])`;

/**
 * What each client asked for and why it failed. It costs the token endpoint nothing:
 * successes are written in batches, a moment later. Failures are written before they are answered,
 * because the developer who reads the answer looks here next.
 */
@Injectable()
export class RequestLog implements OnApplicationShutdown {
  private pending: RequestLogEntry[] = [];
  private timer: NodeJS.Timeout | undefined;
  private writing: Promise<void> = Promise.resolve();
  private readonly lost;

  constructor(
    @InjectDataSource() private readonly dataSource: DataSource,
    private readonly logger: AppLogger,
    metrics: Metrics,
  ) {
    this.lost = metrics.counter(
      'oauth_request_log_lost_total',
      'Entries of the request log that could not be written',
      [],
    );
  }

  /** Never rejects: a failing log must not make the request fail. */
  async record(entry: RequestLogEntry): Promise<void> {
    this.pending.push(entry);
    if (this.pending.length > MAX_PENDING) this.pending.shift();
    if (entry.outcome === 'failure') await this.flush();
    else if (this.pending.length === BATCH_SIZE) void this.flush();
    else this.timer ??= setTimeout(() => void this.flush(), FLUSH_MS).unref();
  }

  /** Writes entries that nobody waits for. Never rejects. */
  async add(entries: readonly RequestLogEntry[]): Promise<void> {
    this.pending.push(...entries);
    await this.flush();
  }

  /** Says that entries will never be in the log. */
  lose(count: number, error: Error): void {
    this.lost.inc(count);
    this.logger.warn(`${count} entries of the request log are lost: ${error.message}`);
  }

  /** A client's requests, newest first, including those that this process has not written yet. */
  async list(
    oauthClientId: string,
    { limit = DEFAULT_LIMIT, cursor, requestId, outcome, reason, q, since, until }: RequestLogQuery,
  ): Promise<ResourcesEnvelope<RequestLogRecord>> {
    await this.flush();
    const after = decodeCursor(cursor, 'bigint');
    const query = this.dataSource
      .getRepository(OAuthRequestEntity)
      .createQueryBuilder('request')
      .where('request.oauthClientId = :oauthClientId', { oauthClientId })
      .orderBy('request.id', 'DESC')
      .limit(limit + 1);
    if (after) query.andWhere('request.id < :id', { id: after[1] });
    if (requestId) query.andWhere('request.requestId = :requestId', { requestId });
    if (outcome) query.andWhere('request.outcome = :outcome', { outcome });
    if (reason) query.andWhere('request.reason = :reason', { reason });
    if (q) {
      // That they have one says how few they are.
      const inReason = '(request.reason IS NOT NULL AND strpos(request.reason, :q) > 0)';
      const inId = 'starts_with(CAST(request.requestId AS text), :q)';
      // Where it cannot be of an id, only lines with a reason are looked at.
      const where = PART_OF_ID.test(q) ? `(${inReason} OR ${inId})` : inReason;
      query.andWhere(where, { q: q.toLowerCase() });
    }
    if (since) query.andWhere('request.at >= :since', { since });
    if (until) query.andWhere('request.at < :until', { until });
    const rows = await query.getMany();
    return toPage(rows, limit, ({ id, at }) => [at.toISOString(), id], toRecord);
  }

  /** The request with this id, whichever client sent it. */
  async find(
    requestId: string,
  ): Promise<(RequestLogRecord & Pick<OAuthRequestEntity, 'oauthClientId'>) | null> {
    await this.flush();
    const row = await this.dataSource.getRepository(OAuthRequestEntity).findOneBy({ requestId });
    return row && { ...toRecord(row), oauthClientId: row.oauthClientId };
  }

  /**
   * Which request of a client got tokens of a connection, and when that was. Null where the log does
   * not know: it does not keep them for ever, and another node may not have written it yet.
   */
  async findGrant(oauthClientId: string, connectionId: string, at: Date): Promise<string | null> {
    await this.flush();
    const row = await this.dataSource.getRepository(OAuthRequestEntity).findOneBy({
      oauthClientId,
      connectionId,
      at,
      endpoint: 'token',
      outcome: 'success',
    });
    return row?.requestId ?? null;
  }

  async onApplicationShutdown(): Promise<void> {
    await this.flush();
  }

  /** Writes what this process has noted so far. Never rejects. */
  flush(): Promise<void> {
    clearTimeout(this.timer);
    this.timer = undefined;
    // One batch after the other, so that ids follow the order of the requests.
    this.writing = this.writing.then(() => this.writePending());
    return this.writing;
  }

  private async writePending(): Promise<void> {
    while (this.pending.length > 0) {
      const batch = this.pending.slice(0, BATCH_SIZE);
      this.pending = this.pending.slice(BATCH_SIZE);
      try {
        await this.dataSource.query(INSERT, toColumns(batch));
      } catch (error) {
        this.lose(batch.length, error as Error);
      }
    }
  }
}

function toColumns(batch: readonly RequestLogEntry[]): unknown[][] {
  return [
    batch.map(({ requestId }) => requestId),
    batch.map(({ oauthClientId }) => oauthClientId),
    batch.map(({ at }) => at),
    batch.map(({ endpoint }) => endpoint),
    batch.map(({ grantType }) => storable(grantType)),
    batch.map(({ outcome }) => outcome),
    batch.map(({ error }) => error),
    batch.map(({ reason }) => reason),
    batch.map(({ detail }) => storable(detail)),
    batch.map(({ explanation }) => explanation && JSON.stringify(explanation)),
    batch.map(({ connectionId }) => connectionId),
    batch.map(({ ip }) => ip),
    batch.map(({ durationMs }) => durationMs),
    batch.map(({ route }) => route ?? null),
    batch.map(({ requests }) => requests ?? 1),
  ];
}

/** Text that may quote a request: shortened, without the NULs that PostgreSQL cannot store. */
function storable(text: string | null): string | null {
  return text === null ? null : text.replaceAll('\0', '\uFFFD').slice(0, MAX_TEXT);
}

function toRecord({ id: _id, oauthClientId: _client, ...record }: OAuthRequestEntity) {
  return record;
}
