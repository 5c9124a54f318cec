import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { hashesEqual, hashSecret } from '@flixcheck/oauth-protocol';
import type { DataSource } from 'typeorm';
import { Clock } from '../config/clock.js';
import type { Explanation } from '../http/api-error.js';
import { AuditLog } from '../users/audit-log.js';
import { OAuthClientSecretEntity } from './oauth-client-secret.entity.js';
import { explanation } from './request-explanation.js';

/** Nothing is told by an ending that one in four secrets of this length could have. */
const LEAST_LENGTH = 12;

/**
 * Which secret a client may have meant by a wrong one. Only four characters are compared and told,
 * and only where the registry has shown the same four; the secret itself goes nowhere.
 */
@Injectable()
export class SecretExplanations {
  constructor(
    @InjectDataSource() private readonly dataSource: DataSource,
    private readonly audit: AuditLog,
    private readonly clock: Clock,
  ) {}

  async explain(oauthClientId: string, presented: string): Promise<Explanation | undefined> {
    const secrets = await this.dataSource
      .getRepository(OAuthClientSecretEntity)
      .createQueryBuilder('secret')
      .addSelect('secret.secretHash')
      .where({ oauthClientId })
      .getMany();
    const now = this.clock.now();
    for (const [code, meant] of misspellings(presented)) {
      const hash = hashSecret(meant);
      const live = secrets.find(
        ({ secretHash, expiresAt }) =>
          hashesEqual(secretHash, hash) && (expiresAt === null || expiresAt > now),
      );
      if (live) return explanation(code, { lastFour: live.lastFour });
    }
    if (presented.length < LEAST_LENGTH) return undefined;
    const lastFour = presented.slice(-4);
    const similar = secrets.filter((secret) => secret.lastFour === lastFour);
    const expired = similar.find(({ expiresAt }) => expiresAt !== null && expiresAt <= now);
    if (expired?.expiresAt) {
      return explanation('secret_expired', {
        lastFour,
        expiredAt: expired.expiresAt.toISOString(),
      });
    }
    if (similar.length > 0) return explanation('secret_like_live', { lastFour });
    const removedAt = await this.audit.secretRemovedAt(oauthClientId, lastFour);
    return removedAt
      ? explanation('secret_removed', { lastFour, removedAt: removedAt.toISOString() })
      : undefined;
  }
}

type Misspelling = 'secret_with_space' | 'secret_in_quotes' | 'secret_encoded';

function* misspellings(presented: string): Generator<[Misspelling, string]> {
  const trimmed = presented.trim();
  if (trimmed !== presented) yield ['secret_with_space', trimmed];
  const inQuotes = /^(["'`])(.+)\1$/.exec(trimmed)?.[2];
  if (inQuotes !== undefined) yield ['secret_in_quotes', inQuotes];
  try {
    const decoded = decodeURIComponent(presented);
    if (decoded !== presented) yield ['secret_encoded', decoded];
  } catch {
    // It is not percent-encoded.
  }
}
