import { Inject, Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { Pool } from 'pg';
import { CONFIG, type RuntimeConfig } from '../config/config.module.js';
import { poolOptions } from './data-source.js';

/** In an empty table all indexes are equal, also one that has to be read as a whole. */
const MAX_PLAN_AGE_SECONDS = 60;

/**
 * A plan is made once for each connection, maybe while a table is empty or its statistics are of a
 * time when it was; then reading all of it seems cheapest, and is still done when it has grown by a
 * million rows. Each of these statements finds each row by an index, whatever the table looks like:
 * joins are written `= ANY (ARRAY[…])`, for which the planner knows no way but that.
 */
const PLANS = [
  'plan_cache_mode=force_generic_plan',
  'enable_seqscan=off',
  'enable_hashjoin=off',
  'enable_mergejoin=off',
  'jit=off',
];

/**
 * Connections for statements alone that run all the time, past TypeORM. Few are enough: requests
 * share what is sent over them.
 */
@Injectable()
export class StatementPool implements OnApplicationShutdown {
  readonly pool: Pool;

  constructor(
    @Inject(CONFIG)
    { databaseUrl, statementPoolSize }: Pick<RuntimeConfig, 'databaseUrl' | 'statementPoolSize'>,
  ) {
    this.pool = new Pool({
      ...poolOptions(databaseUrl),
      max: statementPoolSize,
      maxLifetimeSeconds: MAX_PLAN_AGE_SECONDS,
      options: PLANS.map((setting) => `-c ${setting}`).join(' '),
    });
    // Without a listener, a restart of the database would end the process.
    this.pool.on('error', () => undefined);
  }

  /**
   * Runs a statement that the connection prepares at its first use, and commits it.
   * @param name unique among all
   */
  async query<Row>(name: string, text: string, values: unknown[]): Promise<Row[]> {
    return (await this.pool.query({ name, text, values })).rows as Row[];
  }

  onApplicationShutdown(): Promise<void> {
    return this.pool.end();
  }
}
