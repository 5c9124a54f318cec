import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import type { DataSource } from 'typeorm';
import { RequestLog } from './request-log.js';

/** So many of a client's newest requests are looked at, however many there are. */
const MOST = 2000;
/** Enough to see whether the client works at present. */
const LATEST = 100;
/** Calls of the API are in the log only where they were refused; so many entries are passed over. */
const PASSED_OVER = 20_000;

/** What stands out among a client's newest requests, at most 2,000 of them, without calls of the API. */
export interface RecentRequests {
  /** successful ones lately that followed another of the same connection */
  refreshes: number;
  /** those of them that followed sooner than they had to */
  earlyRefreshes: number;
  /** the connections whose codes were exchanged */
  exchangedFor: string[];
  /** how many came for an ended connection, where it was more than the one that learns of it */
  afterEnd: { connectionId: string; requests: number }[];
  /** how many of the last requests failed, of at most 100, for whatever reason */
  latest: { requests: number; failures: number };
}

/** Looks at a client's newest requests, for what no count by day can tell. */
@Injectable()
export class RecentRequestLog {
  constructor(
    @InjectDataSource() private readonly dataSource: DataSource,
    private readonly log: RequestLog,
  ) {}

  /**
   * @param lately since when refreshes are looked at
   * @param earlyMs how soon after the one before a refresh is unnecessary
   */
  async of(
    oauthClientId: string,
    { since, lately, earlyMs }: { since: Date; lately: Date; earlyMs: number },
  ): Promise<RecentRequests> {
    await this.log.flush();
    const values = [oauthClientId, since, lately, earlyMs];
    const [row]: [RecentRequests] = await this.dataSource.query(RECENT, values);
    return row;
  }
}

/** A refresh that was answered again has a reason and is none of its own. */
const RECENT = `
  WITH own AS NOT MATERIALIZED (
    SELECT * FROM (
      SELECT id, at, endpoint, outcome, grant_type, reason, connection_id FROM oauth_requests
       WHERE oauth_client_id = $1 ORDER BY id DESC LIMIT ${PASSED_OVER}) each
     WHERE endpoint <> 'api'
  ), newest AS (
    SELECT * FROM (
      SELECT * FROM own ORDER BY id DESC LIMIT ${MOST}) each
     WHERE at >= $2 AND connection_id IS NOT NULL
  ), latest AS (
    SELECT outcome FROM (
      SELECT at, outcome FROM own ORDER BY id DESC LIMIT ${LATEST}) each
     WHERE at >= $2
  ), refreshed AS (
    SELECT at - lag(at) OVER (PARTITION BY connection_id ORDER BY at) AS pause FROM newest
     WHERE outcome = 'success' AND grant_type = 'refresh_token' AND reason IS NULL AND at >= $3
  ), failed AS (
    SELECT connection_id, count(*)::integer AS requests FROM newest
     WHERE outcome = 'failure' AND reason = 'connection_ended'
     GROUP BY connection_id HAVING count(*) > 1
  )
  SELECT (SELECT count(pause)::integer FROM refreshed) AS refreshes,
         (SELECT count(*)::integer FROM refreshed
           WHERE pause < $4::integer * interval '1 ms') AS "earlyRefreshes",
         ARRAY(SELECT DISTINCT connection_id FROM newest
                WHERE outcome = 'success' AND grant_type = 'authorization_code')
           AS "exchangedFor",
         (SELECT coalesce(json_agg(json_build_object(
                   'connectionId', connection_id, 'requests', requests)), '[]')
            FROM failed) AS "afterEnd",
         (SELECT json_build_object('requests', count(*),
                   'failures', count(*) FILTER (WHERE outcome = 'failure'))
            FROM latest) AS latest`;
