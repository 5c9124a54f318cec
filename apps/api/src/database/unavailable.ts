import {
  QueryFailedError,
  QueryRunnerAlreadyReleasedError,
  QueryRunnerProviderAlreadyReleasedError,
  TransactionNotStartedError,
} from 'typeorm';

/**
 * SQLSTATE classes 08 (connection), 53 (resources) and 57P (operator intervention), a statement that
 * ran into the time limit (57014), a database that is missing or takes no connections, and Node's
 * own codes. https://www.postgresql.org/docs/current/errcodes-appendix.html
 */
const CODES = /^(08|53|57P|57014|55000|3D000|ECONN|EPIPE|ENOENT|ETIMEDOUT)/;

/** Messages of the driver and its pool that come without a code. */
const MESSAGES =
  /connection (terminated|timeout|timed out)|timeout exceeded when trying to connect|not queryable|Client was closed/i;

/** What TypeORM throws when its connection was lost between two statements of a transaction. */
const LOST_BETWEEN_STATEMENTS = [
  QueryRunnerAlreadyReleasedError,
  QueryRunnerProviderAlreadyReleasedError,
  TransactionNotStartedError,
];

/** Whether an error says that the database could not be asked, so that trying again may help. */
export function isDatabaseUnavailable(error: unknown): boolean {
  if (LOST_BETWEEN_STATEMENTS.some((lost) => error instanceof lost)) return true;
  const isQuery = error instanceof QueryFailedError;
  const driverError: unknown = isQuery ? error.driverError : error;
  const { code, message } = (driverError ?? {}) as { code?: unknown; message?: unknown };
  // A failed query without an SQLSTATE never got an answer.
  if (typeof code !== 'string') return isQuery || MESSAGES.test(String(message));
  return CODES.test(code) || MESSAGES.test(String(message));
}
