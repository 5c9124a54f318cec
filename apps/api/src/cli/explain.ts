import { ConfigError } from '../config/config.js';
import { EmbeddedPostgresError } from '../database/embedded-postgres.js';
import { DatabaseRoleError } from '../database/database-role.js';
import { ApiError, type FieldError } from '../http/api-error.js';
import { PROFILE_FIELDS } from '../oauth-clients/client-record.js';
import { optionName } from './oauth-client-profile.js';

/** A mistake in how a command was called. */
export class UsageError extends Error {}

export function isLastAdmin(error: unknown): boolean {
  return error instanceof ApiError && error.code === 'last_admin';
}

/**
 * What went wrong and what to do, in sentences: no stack, and no driver's message where ours says
 * more.
 */
export function explain(error: unknown): string {
  if (error instanceof ApiError) return explainApiError(error);
  const isOurs = [ConfigError, DatabaseRoleError, EmbeddedPostgresError, UsageError].some(
    (type) => error instanceof type,
  );
  if (isOurs) return (error as Error).message;
  const { code, message } = (error ?? {}) as { code?: unknown; message?: unknown };
  if (code === '42P01') {
    return 'The database has not been set up yet. Run: npm run cli -- migrate';
  }
  if (typeof code === 'string' && /^(ECONN|ENOTFOUND|ETIMEDOUT|EHOSTUNREACH|57P|08)/.test(code)) {
    return `The database cannot be reached (${code}). Check DATABASE_URL, and that the server runs.`;
  }
  if (typeof code === 'string' && /^(28|3D)/.test(code)) {
    return `The database refuses the connection: ${String(message)}. Check DATABASE_URL.`;
  }
  return `Unexpected error: ${String(message ?? error)}`;
}

function explainApiError(error: ApiError): string {
  const { errors } = error.options;
  if (error.code !== 'validation_failed' || !errors) return error.detail;
  return errors.map((field) => `${optionOf(field)}: ${field.message}`).join('\n');
}

/** `redirectUris.0` → `--redirect-uri`: the name under which it was given. */
function optionOf({ field }: FieldError): string {
  const [name = field] = field.split('.');
  const described = PROFILE_FIELDS.find((each) => each.name === name);
  const renamed: Record<string, string> = { accountId: 'account' };
  return optionName(described ?? { name: renamed[name] ?? name });
}
