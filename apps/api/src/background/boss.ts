import { Pool, type PoolClient } from 'pg';
import type { Db, PgBoss } from 'pg-boss';
import type { DataSource, EntityManager } from 'typeorm';
import { QUEUE_SCHEMA } from '../database/queue-schema.js';
import { isDatabaseUnavailable } from '../database/unavailable.js';
import type { AppLogger } from '../telemetry/app-logger.js';
import type { Pace } from './pace.js';

/** pg-boss's timers never keep a process alive that has nothing else to do. */
const unrefClock = {
  now: () => Date.now(),
  setTimeout: (work: () => void, ms: number) => setTimeout(work, ms).unref(),
  clearTimeout: (timer: unknown) => clearTimeout(timer as NodeJS.Timeout),
  setInterval: (work: () => void, ms: number) => setInterval(work, ms).unref(),
  clearInterval: (timer: unknown) => clearInterval(timer as NodeJS.Timeout),
};

/**
 * pg-boss on the application's own pool: no extra connection, the same time limits, and nothing
 * that PgBouncer cannot pool by transaction (no LISTEN, no session lock). One that only enqueues
 * starts inside a transaction: where each connection of the pool is in one that waits for it, it
 * would wait for them, so it has a connection of its own while it starts.
 * @param works whether it schedules and maintains the queues; otherwise it only enqueues jobs
 */
export async function openBoss(
  dataSource: DataSource,
  logger: AppLogger,
  pace: Pace,
  works: boolean,
): Promise<PgBoss> {
  // Loaded here, because most of what starts this program never needs it.
  const { PgBoss } = await import('pg-boss');
  const outage = new Outage(logger);
  const { master } = dataSource.driver as unknown as { master: Pool };
  const pool = works ? master : poolOfOne(master);
  const boss = new PgBoss({
    db: {
      executeSql: async (text, values) => {
        const result = await pool.query(text, values);
        outage.over();
        return result;
      },
    },
    clock: unrefClock,
    schema: QUEUE_SCHEMA,
    // The migrations do both: this program may run with a role that must not change the schema.
    migrate: false,
    createSchema: false,
    reindex: false,
    monitorVacuum: false,
    registerInstance: false,
    supervise: works,
    schedule: works,
    cronMonitorIntervalSeconds: pace.schedule,
    cronWorkerIntervalSeconds: pace.stepPoll,
    flowIntervalSeconds: 3600,
    superviseIntervalSeconds: pace.supervision,
    monitorIntervalSeconds: pace.supervision,
    maintenanceIntervalSeconds: 3600,
  });
  boss.on('error', (error) => outage.log(error));
  if (!works) boss.on('stopped', () => void pool.end());
  boss.on('warning', ({ message }) => logger.warn(`background work: ${message}`));
  return boss;
}

/** To the same database; its connection is closed a second after its last use. */
function poolOfOne({ options }: Pool): Pool {
  // The password is not enumerable.
  const { password } = options;
  const pool = new Pool({
    ...{ ...options, password, max: 1, min: 0, idleTimeoutMillis: 1000, allowExitOnIdle: true },
  });
  pool.on('error', () => undefined);
  return pool;
}

/** The connection of a transaction that is open, so that what goes through it commits with it. */
export async function transactionOf(tx: EntityManager): Promise<Db> {
  if (!tx.queryRunner?.isTransactionActive) throw new Error('enqueue takes an open transaction');
  const client = (await tx.queryRunner.connect()) as PoolClient;
  return { executeSql: (text, values) => client.query(text, values) };
}

/** One line when an outage begins and one when it ends, however many attempts lie between them. */
class Outage {
  private lasts = false;

  constructor(private readonly logger: AppLogger) {}

  log(error: unknown): void {
    if (!isDatabaseUnavailable(error)) return this.logger.error(error);
    if (!this.lasts) {
      this.logger.warn(`background work waits for the database: ${(error as Error).message}`);
    }
    this.lasts = true;
  }

  over(): void {
    if (this.lasts) this.logger.info('background work goes on: the database answers');
    this.lasts = false;
  }
}
