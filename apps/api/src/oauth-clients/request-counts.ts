import { Injectable, type OnModuleInit } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import type { DataSource } from 'typeorm';
import { BackgroundWork } from '../background/background-work.js';
import { RequestLog } from './request-log.js';

/** So many entries of the log take tens of milliseconds to count. */
const ENTRIES_PER_STATEMENT = 5000;
/** Of a client's newest requests, which wait some minutes to be counted, so many are read. */
const MOST_UNCOUNTED = 10_000;

/** How many requests of one kind ended in one way on one day. */
export interface RequestCount {
  /** YYYY-MM-DD, UTC */
  day: string;
  /** what was asked for; `token`: a grant that we do not have */
  kind: 'exchange' | 'refresh' | 'token' | 'authorize' | 'revoke' | 'introspect' | 'api';
  failed: boolean;
  /** as in the request log, empty where it says none */
  reason: string;
  requests: number;
}

/** Of an entry of the log: day, kind, failed, reason, and how many requests it stands for. */
const WHAT = `
  (at AT TIME ZONE 'UTC')::date AS day,
  CASE WHEN endpoint <> 'token' THEN endpoint
       WHEN grant_type = 'authorization_code' THEN 'exchange'
       WHEN grant_type = 'refresh_token' THEN 'refresh'
       ELSE 'token' END AS kind,
  outcome = 'failure' AS failed, coalesce(reason, '') AS reason, requests`;

/**
 * How many requests each client has sent, day by day. Counted from the request log in the background,
 * so that no request waits for it and nobody reads a month of the log for a chart.
 */
@Injectable()
export class RequestCounts implements OnModuleInit {
  constructor(
    @InjectDataSource() private readonly dataSource: DataSource,
    private readonly log: RequestLog,
    private readonly background: BackgroundWork,
  ) {}

  onModuleInit(): void {
    this.background.step({
      name: 'oauth-clients.counting',
      schedule: '*/5 * * * *',
      run: (signal) => this.count(signal),
    });
  }

  /**
   * What a client has asked for since a day, in the order of days. The last few minutes are read from
   * the log, at most 10,000 requests of them.
   * @param since YYYY-MM-DD
   */
  async of(oauthClientId: string, since: string): Promise<RequestCount[]> {
    await this.log.flush();
    return this.dataSource.query(OF_CLIENT, [oauthClientId, since]);
  }

  private async count(signal: AbortSignal): Promise<number> {
    let all = 0;
    let entries = 1;
    while (entries > 0 && !signal.aborted) {
      const [[batch]]: [{ entries: number }[]] = await this.dataSource.query(COUNT);
      entries = batch?.entries ?? 0;
      all += entries;
    }
    await this.dataSource.query(SEE);
    return all;
  }
}

const OF_CLIENT = `
  WITH uncounted AS (
    SELECT ${WHAT} FROM oauth_requests
     WHERE oauth_client_id = $1 AND id > (SELECT counted FROM oauth_request_counting)
     ORDER BY id DESC LIMIT ${MOST_UNCOUNTED}
  )
  SELECT day::text AS day, kind, failed, reason, sum(requests)::float8 AS requests
    FROM (SELECT day, kind, failed, reason, requests FROM oauth_request_counts
           WHERE oauth_client_id = $1 AND day >= $2
          UNION ALL
          SELECT day, kind, failed, reason, requests FROM uncounted WHERE day >= $2) each
   GROUP BY day, kind, failed, reason ORDER BY day, kind, failed, reason`;

const COUNT = `
  WITH due AS (
    SELECT counted, seen FROM oauth_request_counting
     WHERE counted < seen AND seen_in < pg_snapshot_xmin(pg_current_snapshot())
       FOR UPDATE
  ), batch AS MATERIALIZED (
    SELECT entry.* FROM due, LATERAL (
      SELECT id, oauth_client_id, ${WHAT} FROM oauth_requests
       WHERE id > due.counted AND id <= due.seen ORDER BY id LIMIT ${ENTRIES_PER_STATEMENT}) entry
  ), added AS (
    INSERT INTO oauth_request_counts AS known
    SELECT oauth_client_id, day, kind, failed, reason, sum(requests) FROM batch
     WHERE oauth_client_id IN (SELECT id FROM oauth_clients)
     GROUP BY oauth_client_id, day, kind, failed, reason
    ON CONFLICT (oauth_client_id, day, kind, failed, reason)
      DO UPDATE SET requests = known.requests + excluded.requests
  ), counted AS (
    SELECT count(*)::integer AS entries, max(id) AS last FROM batch
  )
  UPDATE oauth_request_counting
     SET counted = CASE WHEN entries < ${ENTRIES_PER_STATEMENT} THEN due.seen ELSE last END
    FROM due, counted RETURNING entries`;

const SEE = `
  UPDATE oauth_request_counting SET seen = newest.id, seen_in = pg_current_xact_id()
    FROM (SELECT max(id) AS id FROM oauth_requests) newest WHERE newest.id > seen`;
