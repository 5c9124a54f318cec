import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import type { DataSource } from 'typeorm';
import { CLIENTS_OF_CONNECTIONS } from '../connections/connections.service.js';

/** So many codes are looked at, however many these connections have had. */
const MOST = 1000;
/** Codes have no client of their own: so many are asked whose they are, a tenth of a second or so. */
const MOST_OF_ALL = 50_000;
/** Going back to the page and granting twice gives two, within seconds. */
const SAME_STATES = 3;
const SAME_STATE_FOR = '1 minute';

/** How the authorization requests were protected whose codes were redeemed. */
export interface CodeSamples {
  looked: number;
  withoutPkce: number;
  /** of those that the page has asked the user about */
  states: {
    looked: number;
    /** had a state that was used over and over */
    repeated: number;
    /** those of them without PKCE */
    repeatedWithoutPkce: number;
    /** had no state, nor PKCE, which does as well */
    missing: number;
  };
}

/** What has become of the codes of a client. */
export interface CodeExchanges {
  granted: number;
  /** The user has agreed, and the client has never exchanged the code. */
  notExchanged: number;
}

/** How clients ask for codes (RFC 9700 §4.7), and whether they exchange them: figures for the doctor. */
@Injectable()
export class ClientCodes {
  constructor(@InjectDataSource() private readonly dataSource: DataSource) {}

  /** The codes of these connections that were redeemed since then. */
  async of(connectionIds: readonly string[], since: Date): Promise<CodeSamples> {
    const [found]: [CodeSamples] = await this.dataSource.query(SAMPLES, [connectionIds, since]);
    return found;
  }

  /**
   * The newest codes of a client that were granted since then and can be exchanged no more, among the
   * newest of all clients. One code after the other, so that no plan reads all connections for them.
   */
  async exchangesOf(
    oauthClientId: string,
    { since, now }: { since: Date; now: Date },
  ): Promise<CodeExchanges> {
    const [found]: [CodeExchanges] = await this.dataSource.query(
      `SELECT count(*)::integer AS granted,
              count(*) FILTER (WHERE redeemed_at IS NULL)::integer AS "notExchanged"
         FROM (SELECT code.redeemed_at
                 FROM (SELECT connection_id, redeemed_at, created_at FROM authorization_codes
                        WHERE created_at >= $2 AND (redeemed_at IS NOT NULL OR expires_at < $3)
                        ORDER BY created_at DESC LIMIT ${MOST_OF_ALL}) code
                WHERE (SELECT made.oauth_client_id FROM ${CLIENTS_OF_CONNECTIONS} made
                        WHERE made.id = code.connection_id) = $1
                ORDER BY code.created_at DESC LIMIT ${MOST}) newest`,
      [oauthClientId, since, now],
    );
    return found;
  }
}

/** An application that is done with a state once it has come back redeems no second code with it. */
const SAMPLES = `
  WITH newest AS (
    SELECT code_challenge IS NULL AS bare, state_digest, created_at FROM authorization_codes
     WHERE connection_id = ANY ($1) AND redeemed_at >= $2
     ORDER BY redeemed_at DESC LIMIT ${MOST}
  ), repeated AS (
    SELECT count(*) AS codes, count(*) FILTER (WHERE bare) AS bare FROM newest
     WHERE state_digest <> '' GROUP BY state_digest
    HAVING count(*) >= ${SAME_STATES}
       AND max(created_at) - min(created_at) >= interval '${SAME_STATE_FOR}'
  )
  SELECT count(*)::integer AS looked,
         count(*) FILTER (WHERE bare)::integer AS "withoutPkce",
         json_build_object(
           'looked', count(state_digest),
           'repeated', (SELECT coalesce(sum(codes), 0) FROM repeated),
           'repeatedWithoutPkce', (SELECT coalesce(sum(bare), 0) FROM repeated),
           'missing', count(*) FILTER (WHERE state_digest = '' AND bare)) AS states
    FROM newest`;
