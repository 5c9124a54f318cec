import { hashesEqual, type RefreshToken } from '@flixcheck/oauth-protocol';
import { Injectable } from '@nestjs/common';
import { InjectDataSource, InjectRepository } from '@nestjs/typeorm';
import { DataSource, type EntityManager, IsNull, MoreThan, Not, type Repository } from 'typeorm';
import { type ConnectionEvent, ConnectionHistory } from '../connections/connection-history.js';
import { ConnectionNotices } from '../connections/connection-notices.js';
import { Revocations } from '../connections/revocations.js';
import { AppLogger } from '../telemetry/app-logger.js';
import { type FamilyEndReason, RefreshTokenFamily } from './refresh-token-family.entity.js';
import { hashHandle, hashRefreshToken, RefreshTokens } from './refresh-tokens.js';
import { TokenMetrics } from './token-metrics.js';

/**
 * How many families a connection may have; one more ends the one that has not been used for the
 * longest. A client that connects its user again three times a day stays below.
 */
export const MAX_FAMILIES = 100;

const SUPERSEDE = `
  WITH superseded AS (
    UPDATE refresh_token_families
       SET ended_at = $3, end_reason = 'superseded'
     WHERE ended_at IS NULL AND id IN (
       SELECT other.id FROM refresh_token_families other
        WHERE other.connection_id = $1 AND other.id <> $2
          AND other.ended_at IS NULL AND other.expires_at > $3
        ORDER BY coalesce(other.rotated_at, other.created_at) DESC, other.id
       OFFSET ${MAX_FAMILIES - 1})
    RETURNING connection_id
  ), farewell AS (
    INSERT INTO connection_events (connection_id, at, type, detail)
    SELECT connection_id, $3, 'grant_revoked', 'superseded' FROM superseded
  )
  SELECT count(*)::integer AS ended FROM superseded`;

/** Which token of its family a presented refresh token is. */
export type FamilyPosition =
  | 'current'
  /** The immediate predecessor of the current one. */
  | 'previous'
  /** Issued by this server, replaced long ago. */
  | 'ancestor'
  /** The family exists, but this server did not issue the token. */
  | 'forged';

export type FamilyRecord = Readonly<
  Omit<RefreshTokenFamily, 'currentHash' | 'previousHash' | 'handleHash'>
>;

export interface LocatedRefreshToken {
  family: FamilyRecord;
  position: FamilyPosition;
  /**
   * The token that replaced the immediate predecessor; undefined if it was derived from an
   * APP_SECRET that this node does not have.
   */
  successor?: RefreshToken;
}

@Injectable()
export class RefreshTokenFamilies {
  constructor(
    @InjectDataSource() private readonly dataSource: DataSource,
    @InjectRepository(RefreshTokenFamily) private readonly families: Repository<RefreshTokenFamily>,
    private readonly history: ConnectionHistory,
    private readonly revocations: Revocations,
    private readonly metrics: TokenMetrics,
    private readonly notices: ConnectionNotices,
    private readonly refreshTokens: RefreshTokens,
    private readonly logger: AppLogger,
  ) {}

  /** The family of a token and the token's place in it; null if there is none. */
  async locate(token: RefreshToken): Promise<LocatedRefreshToken | null> {
    const row = await this.families.findOneBy({ handleHash: hashHandle(token) });
    if (!row) return null;
    const { currentHash, previousHash, handleHash: _, ...family } = row;
    const hash = hashRefreshToken(token);
    if (hashesEqual(hash, currentHash)) return { family, position: 'current' };
    if (previousHash && hashesEqual(hash, previousHash)) {
      const successor = this.refreshTokens
        .possibleSuccessorsOf(token)
        .find((candidate) => hashesEqual(hashRefreshToken(candidate), currentHash));
      return { family, position: 'previous', successor };
    }
    return { family, position: token.genuine ? 'ancestor' : 'forged' };
  }

  /**
   * Ends a family: its refresh tokens stop working, and its access tokens are refused, here at once
   * and on every other node as soon as it hears of it. Does nothing if it has ended already.
   * @returns whether it ended now
   */
  async end(
    familyId: string,
    reason: 'refresh_token_reused' | 'code_reused',
    detail: string,
    at: Date,
  ): Promise<boolean> {
    const ended = await this.dataSource.transaction(async (tx) => {
      const event = { type: 'reuse_detected', detail } as const;
      if (!(await this.endWithin(tx, { familyId, reason, at }, event))) return false;
      const family = await tx.findOneBy(RefreshTokenFamily, { id: familyId });
      if (family) await this.notices.reused(tx, family.connectionId, at);
      return true;
    });
    if (ended) this.metrics.reuseDetected(reason === 'code_reused' ? 'code' : 'refresh_token');
    return ended;
  }

  /**
   * Ends a family because its client gives it up, while the connection goes on.
   * @param tx to count after its commit: `TokenMetrics.familiesEnded`
   * @returns whether it ended now
   */
  revoke(tx: EntityManager, familyId: string, at: Date): Promise<boolean> {
    const event = { type: 'grant_revoked', detail: 'client' } as const;
    return this.endWithin(tx, { familyId, reason: 'revoked', at }, event);
  }

  /** Whether the connection has another family whose refresh token still works. */
  hasOther(tx: EntityManager, { id, connectionId }: FamilyRecord, at: Date): Promise<boolean> {
    const which = { id: Not(id), connectionId, endedAt: IsNull(), expiresAt: MoreThan(at) };
    return tx.existsBy(RefreshTokenFamily, which);
  }

  /**
   * Ends the families of a connection that have not been used for the longest, so that it keeps
   * `MAX_FAMILIES`. Never fails: the grant has been made, and the next one ends them too.
   * @param granted the family that has just been opened and stays
   */
  async supersede(granted: { familyId: string; connectionId: string }, at: Date): Promise<void> {
    const { familyId, connectionId } = granted;
    try {
      const [{ ended }] = await this.dataSource.query(SUPERSEDE, [connectionId, familyId, at]);
      this.metrics.familiesEnded('superseded', ended);
    } catch (error) {
      this.logger.warn(`the oldest families were not ended: ${(error as Error).message}`);
    }
  }

  private async endWithin(
    tx: EntityManager,
    { familyId, reason, at }: { familyId: string; reason: FamilyEndReason; at: Date },
    event: Pick<ConnectionEvent, 'type' | 'detail'>,
  ): Promise<boolean> {
    const { affected } = await tx
      .createQueryBuilder()
      .update(RefreshTokenFamily)
      .set({ endedAt: at, endReason: reason })
      .where('id = :familyId AND ended_at IS NULL', { familyId })
      .returning('connection_id')
      .execute();
    if (!affected) return false;
    const { connectionId } = await tx.findOneByOrFail(RefreshTokenFamily, { id: familyId });
    await this.history.record(tx, { ...event, connectionId, at });
    this.revocations.rememberAfterCommit(tx, [familyId]);
    return true;
  }
}
