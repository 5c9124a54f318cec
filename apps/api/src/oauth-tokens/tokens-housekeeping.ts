import { Inject, Injectable, type OnModuleInit } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import type { DataSource } from 'typeorm';
import { BackgroundWork } from '../background/background-work.js';
import { Clock } from '../config/clock.js';
import { CONFIG, type RuntimeConfig } from '../config/config.module.js';
import { keptSince } from '../config/retention-periods.js';
import { SigningKeys } from './signing-keys.js';

/** Fewer than elsewhere: each deleted family looks for its code. */
const ROWS_PER_STATEMENT = 1000;

/**
 * By primary key from beginning to end, because `expires_at` has no index: every rotation writes
 * it, and one would cost each of them the update in place.
 */
const DELETE_IN_PAGE = `
  WITH page AS (
    SELECT id FROM refresh_token_families
    WHERE $1::uuid IS NULL OR id > $1 ORDER BY id LIMIT ${ROWS_PER_STATEMENT}
  ), deleted AS (
    DELETE FROM refresh_token_families family USING page
    WHERE family.id = page.id AND family.expires_at < $2 RETURNING 1
  )
  SELECT (SELECT count(*)::integer FROM page) AS read,
         (SELECT id FROM page ORDER BY id DESC LIMIT 1) AS last,
         (SELECT count(*)::integer FROM deleted) AS deleted`;

/** Deletes expired families of refresh tokens, and rotates the signing keys. */
@Injectable()
export class TokensHousekeeping implements OnModuleInit {
  constructor(
    @InjectDataSource() private readonly dataSource: DataSource,
    private readonly clock: Clock,
    private readonly background: BackgroundWork,
    private readonly keys: SigningKeys,
    @Inject(CONFIG) private readonly config: RuntimeConfig,
  ) {}

  onModuleInit(): void {
    this.background.step({
      name: 'oauth-tokens.families',
      schedule: '38 * * * *',
      run: (signal) => this.deleteFamilies(signal),
    });
    this.background.step({
      name: 'oauth-tokens.signing-keys',
      schedule: '43 * * * *',
      run: async () => {
        await this.keys.maintain();
        return 0;
      },
    });
  }

  private async deleteFamilies(signal: AbortSignal): Promise<number> {
    const before = keptSince('expiredTokens', this.config.retention, this.clock.now());
    let total = 0;
    let after: string | null = null;
    for (let read = ROWS_PER_STATEMENT; read === ROWS_PER_STATEMENT && !signal.aborted;) {
      const [page]: { read: number; last: string | null; deleted: number }[] =
        await this.dataSource.query(DELETE_IN_PAGE, [after, before]);
      read = page?.read ?? 0;
      after = page?.last ?? null;
      total += page?.deleted ?? 0;
    }
    return total;
  }
}
