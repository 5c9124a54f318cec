import { type BeforeApplicationShutdown, Injectable, type OnModuleInit } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import type { DataSource, EntityManager } from 'typeorm';
import { BackgroundWork } from '../background/background-work.js';
import { AppLogger } from '../telemetry/app-logger.js';
import { AfterCommit } from '../database/after-commit.js';
import type { Ending } from './connection.js';
import { ConnectionMetrics } from './connection-metrics.js';
import type { RevocationReason } from './revocation-reasons.js';
import { Revocations } from './revocations.js';

/**
 * Whose connections end: all of a client, of a user, of an account, or of a client in an account.
 */
export type EndingScope =
  { userId: string } | { oauthClientId: string; accountId?: string } | { accountId: string };

/** Small, so that these statements hold nobody up. */
const ROWS_PER_BATCH = 1000;

interface OpenEnding {
  id: string;
  oauth_client_id: string | null;
  user_id: string | null;
  account_id: string | null;
  at: Date;
  actor_id: string | null;
  reason: RevocationReason;
}

/** A place among the rows that follow. */
interface Place {
  user_id: string;
  id: string;
}

/**
 * Whether the connection `c` was there when the ending `e` was decided, and is one of those that it
 * ends.
 */
const COVERS = `
  e.id > c.endings_seen
  AND (e.oauth_client_id IS NULL OR e.oauth_client_id = c.oauth_client_id)
  AND (e.user_id IS NULL OR e.user_id = c.user_id)
  AND (e.account_id IS NULL OR e.account_id = c.account_id)`;

/**
 * SQL condition: no ending covers the connection `c`.
 */
export const NOT_COVERED = `NOT EXISTS (SELECT FROM connection_endings e WHERE ${COVERS})`;

/**
 * SQL condition: the connection `c` is active.
 * @param now SQL expression for the present
 */
export const activeAt = (now: string): string =>
  `c.revoked_at IS NULL AND (c.expires_at IS NULL OR c.expires_at > ${now}) AND ${NOT_COVERED}`;

/**
 * SQL condition: the connection `c`, which is joined by its id, is active and of this client. It is
 * written as no index has it: none but that of the id may ever seem a way to the row, for a client
 * can have a million active connections.
 * @param client SQL expression for the database id of the client
 * @param now SQL expression for the present
 */
export const activeAndOf = (client: string, now: string): string => `
  c.oauth_client_id IS NOT DISTINCT FROM ${client} AND num_nulls(c.revoked_at) = 1
  AND (c.expires_at IS NULL OR c.expires_at > ${now}) AND ${NOT_COVERED}`;

/**
 * For the `endings_seen` of a connection that is opened now: what was decided before does not apply
 * to it.
 */
export const ENDINGS_SEEN = `(SELECT coalesce(max(id), 0) FROM connection_endings)`;

/**
 * Ends any number of connections with one fact. From its commit on, no statement treats a
 * connection that it covers as alive, and every node refuses their access tokens by one entry. The
 * rows follow in batches, on whatever node, also after a restart.
 */
@Injectable()
export class ConnectionEndings implements OnModuleInit, BeforeApplicationShutdown {
  private following: Promise<number> | undefined;
  private again = false;
  private readonly stopping = new AbortController();

  constructor(
    @InjectDataSource() private readonly dataSource: DataSource,
    private readonly revocations: Revocations,
    private readonly afterCommit: AfterCommit,
    private readonly metrics: ConnectionMetrics,
    private readonly logger: AppLogger,
    private readonly background: BackgroundWork,
  ) {}

  /** Continues what a killed node has left behind. */
  onModuleInit(): void {
    this.background.step({
      name: 'connections.endings',
      schedule: '* * * * *',
      run: (signal) => this.followAll(signal),
    });
  }

  /** Finishes the current batch, and leaves the rest to other nodes or the next start. */
  async beforeApplicationShutdown(): Promise<void> {
    this.stopping.abort();
    await this.following?.catch(() => undefined);
  }

  /**
   * Ends all connections of these scopes, with one statement however many they are.
   * @param tx takes effect when it commits
   */
  async decide(tx: EntityManager, scopes: readonly EndingScope[], ending: Ending): Promise<void> {
    if (scopes.length === 0) return;
    const { at, actorId, reason } = ending;
    const rows = scopes.map((scope) => ({
      oauth_client_id: 'oauthClientId' in scope ? scope.oauthClientId : null,
      user_id: 'userId' in scope ? scope.userId : null,
      account_id: 'accountId' in scope ? (scope.accountId ?? null) : null,
    }));
    const decided: { subject: string }[] = await tx.query(
      `WITH decided AS (
         INSERT INTO connection_endings (oauth_client_id, user_id, account_id, at, actor_id, reason)
         SELECT oauth_client_id, user_id, account_id, $2, $3, $4
           FROM json_to_recordset($1) AS scope (oauth_client_id uuid, user_id uuid, account_id uuid)
         RETURNING oauth_client_id, user_id, account_id
       )
       SELECT concat_ws('+', 'user:' || d.user_id, 'account:' || d.account_id,
                        'client:' || c.client_id) AS subject
         FROM decided d LEFT JOIN oauth_clients c ON c.id = d.oauth_client_id`,
      [JSON.stringify(rows), at, actorId, reason],
    );
    const subjects = decided.map(({ subject }) => subject);
    this.revocations.rememberAfterCommit(tx, subjects, at);
    this.afterCommit.run(tx, () => {
      this.follow().catch((error: unknown) => this.logger.error(error));
    });
  }

  /**
   * Updates the rows of all endings that have been decided. What fails is retried by the background
   * step.
   * @returns how many rows this node has updated; other nodes may work on them too
   */
  async follow(): Promise<number> {
    this.again = true;
    this.following ??= this.followAgain().finally(() => (this.following = undefined));
    return this.following;
  }

  /** Ends one connection that an ending covers, within the transaction that has locked its row. */
  async carryOut(tx: EntityManager, connectionId: string): Promise<void> {
    const [ending]: OpenEnding[] = await tx.query(
      `SELECT e.* FROM connections c JOIN connection_endings e ON ${COVERS}
        WHERE c.id = $1 ORDER BY e.id LIMIT 1`,
      [connectionId],
    );
    if (ending) await this.end(tx, ending, [connectionId]);
  }

  /** One after the other: what is decided meanwhile is taken up before it returns. */
  private async followAgain(): Promise<number> {
    let rows = 0;
    while (this.again && !this.stopping.signal.aborted) {
      this.again = false;
      rows += await this.followAll(this.stopping.signal);
    }
    return rows;
  }

  private async followAll(signal: AbortSignal): Promise<number> {
    const endings: OpenEnding[] = await this.dataSource.query(
      'SELECT * FROM connection_endings ORDER BY id',
    );
    let rows = 0;
    for (const ending of endings) rows += await this.carryOutWhole(ending, signal);
    return rows;
  }

  private async carryOutWhole(ending: OpenEnding, signal: AbortSignal): Promise<number> {
    let rows = 0;
    let after: Place | undefined;
    while (!signal.aborted) {
      const { ended, last } = await this.batch(ending, after);
      rows += ended;
      if (!last && !after) {
        await this.dataSource.query('DELETE FROM connection_endings WHERE id = $1', [ending.id]);
        break;
      }
      // At the end once more from the beginning, in case somebody was renewing one of them.
      after = last;
    }
    return rows;
  }

  /** @returns how many it has ended, and the last of them; none at the end */
  private async batch(
    ending: OpenEnding,
    after: Place | undefined,
  ): Promise<{ ended: number; last?: Place | undefined }> {
    return this.dataSource.transaction(async (tx) => {
      const { id, oauth_client_id: client, user_id: user, account_id: account } = ending;
      const found: Place[] = await tx.query(
        `SELECT id, user_id FROM connections
          WHERE revoked_at IS NULL AND endings_seen < $1
            AND ${client ? 'oauth_client_id = $2' : '$2::uuid IS NULL'}
            AND ${user ? 'user_id = $3' : '$3::uuid IS NULL'}
            AND ${account ? 'account_id = $4' : '$4::uuid IS NULL'}
            AND ($5::uuid IS NULL OR (user_id, id) > ($5, $6::uuid))
          ORDER BY user_id, id LIMIT ${ROWS_PER_BATCH}`,
        [id, client, user, account, after?.user_id ?? null, after?.id ?? null],
      );
      if (found.length === 0) return { ended: 0 };
      // Locked in the order of ids, as everywhere, and not by the statement that changes them: with
      // its older view of the rows, it could wait for somebody who waits for these locks.
      const locked: { id: string }[] = await tx.query(
        `SELECT id FROM connections WHERE id = ANY ($1) AND revoked_at IS NULL AND endings_seen < $2
          ORDER BY id FOR NO KEY UPDATE`,
        [found.map((row) => row.id), id],
      );
      await this.end(
        tx,
        ending,
        locked.map((row) => row.id),
      );
      return { ended: locked.length, last: found.at(-1) };
    });
  }

  private async end(tx: EntityManager, ending: OpenEnding, ids: string[]): Promise<void> {
    const { at, actor_id: actorId, reason } = ending;
    await endRows(tx, ids, { at, actorId, reason }, (reasons) =>
      this.afterCommit.run(tx, () => {
        for (const detail of reasons) this.metrics.ended(detail);
      }),
    );
  }
}

/**
 * Ends the rows and adds to their histories. Admins who end a connection of their own do so as the
 * user who granted it.
 * @param ids locked, and active
 * @param ended told each one's reason
 */
export async function endRows(
  tx: EntityManager,
  ids: readonly string[],
  { at, actorId, reason }: Ending,
  ended: (reasons: RevocationReason[]) => void,
): Promise<void> {
  const events: { detail: RevocationReason }[] = await tx.query(
    `WITH ended AS (
       UPDATE connections SET revoked_at = $2, revoked_by = $3,
         revocation_reason = CASE WHEN $4 = 'admin' AND user_id = $3 THEN 'user' ELSE $4 END
       WHERE id = ANY ($1)
       RETURNING id, revocation_reason
     )
     INSERT INTO connection_events (connection_id, at, type, actor_id, detail)
     SELECT id, $2, 'revoked', $3, revocation_reason FROM ended ORDER BY id
     RETURNING detail`,
    [ids, at, actorId, reason],
  );
  ended(events.map(({ detail }) => detail));
}
