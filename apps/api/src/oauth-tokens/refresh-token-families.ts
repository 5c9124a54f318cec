import { hashesEqual, type RefreshToken } from '@flixcheck/oauth-protocol';
import { Injectable } from '@nestjs/common';
import { InjectDataSource, InjectRepository } from '@nestjs/typeorm';
import { DataSource, type Repository } from 'typeorm';
import { ConnectionsService } from '../connections/connections.service.js';
import { Revocations } from '../connections/revocations.js';
import { Counters } from '../operations/counters.js';
import { hashHandle, hashRefreshToken } from './grant-statements.js';
import { RefreshTokenFamily } from './refresh-token-family.entity.js';
import { RefreshTokens } from './refresh-tokens.js';

/** Which token of its family a presented refresh token is. */
export type FamilyPosition =
  | 'current'
  /** The immediate predecessor of the current one. */
  | 'previous'
  /** Issued by this server, replaced long ago. */
  | 'ancestor'
  /** The family exists, but this server did not issue the token. */
  | 'forged';

export interface LocatedRefreshToken {
  family: Readonly<Omit<RefreshTokenFamily, 'currentHash' | 'previousHash' | 'handleHash'>>;
  position: FamilyPosition;
  /**
   * The token that replaced the immediate predecessor; undefined where it was derived from an
   * APP_SECRET that this node does not have.
   */
  successor?: RefreshToken;
}

@Injectable()
export class RefreshTokenFamilies {
  constructor(
    @InjectDataSource() private readonly dataSource: DataSource,
    @InjectRepository(RefreshTokenFamily) private readonly families: Repository<RefreshTokenFamily>,
    private readonly connections: ConnectionsService,
    private readonly revocations: Revocations,
    private readonly counters: Counters,
    private readonly refreshTokens: RefreshTokens,
  ) {}

  /** The family of a presented token and the token's place in it; null when there is no such. */
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
   * Ends a family: none of its refresh tokens works any more, and its access tokens are refused,
   * here at once and on every other node when it hears of it. Does nothing when it has ended already.
   * @returns whether it ended now
   */
  async end(
    familyId: string,
    reason: 'refresh_token_reused' | 'code_reused',
    detail: string,
    at: Date,
  ): Promise<boolean> {
    const ended = await this.dataSource.transaction(async (tx) => {
      const { affected } = await tx
        .createQueryBuilder()
        .update(RefreshTokenFamily)
        .set({ endedAt: at, endReason: reason })
        .where('id = :familyId AND ended_at IS NULL', { familyId })
        .returning('connection_id')
        .execute();
      if (!affected) return false;
      const family = await tx.findOneByOrFail(RefreshTokenFamily, { id: familyId });
      await this.connections.recordEvent(tx, {
        connectionId: family.connectionId,
        type: 'reuse_detected',
        at,
        detail,
      });
      this.revocations.rememberAfterCommit(tx, [familyId]);
      return true;
    });
    if (ended) this.counters.reuseDetected(reason === 'code_reused' ? 'code' : 'refresh_token');
    return ended;
  }
}
