import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import type { DataSource } from 'typeorm';
import { Clock } from '../config/clock.js';
import { UseRecorder, type Uses } from '../database/use-recorder.js';
import { AppLogger } from '../telemetry/app-logger.js';

/**
 * Waits for nobody: a locked row is being removed, or written by another node just now, and the
 * next use is written later.
 */
const WRITE = `
  WITH used AS (
    SELECT s.id, u.at
    FROM oauth_client_secrets s
    JOIN (SELECT id, max(at) AS at FROM unnest($1::uuid[], $2::timestamptz[]) AS w (id, at)
           GROUP BY id) u USING (id)
    FOR NO KEY UPDATE OF s SKIP LOCKED
  )
  UPDATE oauth_client_secrets s SET last_used_at = GREATEST(s.last_used_at, used.at)
  FROM used WHERE s.id = used.id`;

/** Records which secrets are in use, so that operators see when the old one can be removed. */
@Injectable()
export class SecretUsage extends UseRecorder {
  protected readonly room = 100_000;

  constructor(
    @InjectDataSource() private readonly dataSource: DataSource,
    clock: Clock,
    logger: AppLogger,
  ) {
    super(clock, logger, { things: 'secrets', showsFirst: false });
  }

  protected async store(batch: readonly Uses[]): Promise<readonly Uses[]> {
    const moments = batch.map(({ lastAt }) => new Date(lastAt));
    await this.dataSource.query(WRITE, [batch.map(({ id }) => id), moments]);
    return [];
  }
}
