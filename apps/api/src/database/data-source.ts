import type { DataSourceOptions } from 'typeorm';
import { InitialSchema1790000000000 } from './migrations/1790000000000-initial-schema.js';

/** Every migration, oldest first. The app, the command line and the tests share this list. */
export const MIGRATIONS = [InitialSchema1790000000000];

const POOL_SIZE = 20;
/** A pool that cannot give a connection within this time answers 503 instead of hanging. */
const CONNECT_TIMEOUT_MS = 5000;
/** No statement of ours takes a second; one that hangs must not hold its connection for good. */
const STATEMENT_TIMEOUT_MS = 15_000;

/**
 * How to reach the database. Entities are added by the modules that own them.
 * @param url postgres://…
 */
export function dataSourceOptions(url: string): Extract<DataSourceOptions, { type: 'postgres' }> {
  return {
    type: 'postgres',
    url,
    synchronize: false,
    migrations: MIGRATIONS,
    migrationsTransactionMode: 'each',
    logging: false,
    poolSize: POOL_SIZE,
    connectTimeoutMS: CONNECT_TIMEOUT_MS,
    applicationName: 'flixcheck-connect',
    // Without a listener, a restart of the database would end the process.
    poolErrorHandler: () => undefined,
    extra: { statement_timeout: STATEMENT_TIMEOUT_MS },
  };
}
