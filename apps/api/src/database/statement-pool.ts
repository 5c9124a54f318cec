import { Inject, Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { Pool } from 'pg';
import { CONFIG, type RuntimeConfig } from '../config/config.module.js';
import { poolOptions, type Way, wayOf } from './data-source.js';
import { QueryWithSettings } from './query-with-settings.js';

/** In an empty table all indexes are equal, also one that has to be read as a whole. */
const MAX_PLAN_AGE_SECONDS = 60;

/**
 * A plan is made once for each connection, maybe while a table is empty or its statistics are of a
 * time when it was; then reading all of it seems cheapest, and is still done when it has grown by a
 * million rows. Each of these statements finds each row by an index, whatever the table looks like:
 * joins are written `= ANY (ARRAY[…])`, for which the planner knows no way but that.
 */
const PLANS = {
  plan_cache_mode: 'force_generic_plan',
  enable_seqscan: 'off',
  enable_hashjoin: 'off',
  enable_mergejoin: 'off',
  jit: 'off',
};
const PLANS_FOR_SESSION = Object.entries(PLANS)
  .map(([name, value]) => `-c ${name}=${value}`)
  .join(' ');

/**
 * Connections for statements alone that run all the time, past TypeORM. Few are enough: requests
 * share what is sent over them.
 */
@Injectable()
export class StatementPool implements OnApplicationShutdown {
  readonly pool: Pool;
  private readonly way: Way;

  constructor(
    @Inject(CONFIG)
    config: Pick<RuntimeConfig, 'databaseUrl' | 'statementPoolSize'> &
      Partial<Pick<RuntimeConfig, 'databaseFeedUrl' | 'preparedStatements'>>,
  ) {
    this.way = wayOf(config);
    this.pool = new Pool({
      ...poolOptions(config.databaseUrl, this.way),
      max: config.statementPoolSize,
      maxLifetimeSeconds: MAX_PLAN_AGE_SECONDS,
      ...(!this.way.isPooled && { options: PLANS_FOR_SESSION }),
    });
    // Without a listener, a restart of the database would end the process.
    this.pool.on('error', () => undefined);
  }

  /**
   * Runs a statement that the connection prepares at its first use, and commits it.
   * @param name unique among all
   */
  async query<Row>(name: string, text: string, values: unknown[]): Promise<Row[]> {
    const { isPooled, preparedStatements = true } = this.way;
    const statement = { ...(preparedStatements && { name }), text, values };
    // The driver's types have it that this returns the query; it returns what everything else does.
    const sent = isPooled
      ? (this.pool.query(new QueryWithSettings(statement, PLANS)) as unknown as Promise<{
          rows: unknown[];
        }>)
      : this.pool.query(statement);
    return (await sent).rows as Row[];
  }

  onApplicationShutdown(): Promise<void> {
    return this.pool.end();
  }
}
