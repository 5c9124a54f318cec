import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import type { DataSource } from 'typeorm';

/** So many codes are looked at, however many these connections have had. */
const MOST = 1000;

/** Whether authorization requests use PKCE (RFC 7636), where they need not. */
@Injectable()
export class PkceUse {
  constructor(@InjectDataSource() private readonly dataSource: DataSource) {}

  /** The codes of these connections that were redeemed since then. */
  async of(
    connectionIds: readonly string[],
    since: Date,
  ): Promise<{ looked: number; withoutPkce: number }> {
    const [found]: [{ looked: number; withoutPkce: number }] = await this.dataSource.query(
      `SELECT count(*)::integer AS looked,
              count(*) FILTER (WHERE code_challenge IS NULL)::integer AS "withoutPkce"
         FROM (SELECT code_challenge FROM authorization_codes
                WHERE connection_id = ANY ($1) AND redeemed_at >= $2
                ORDER BY redeemed_at DESC LIMIT ${MOST}) code`,
      [connectionIds, since],
    );
    return found;
  }
}
