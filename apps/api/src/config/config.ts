import { hkdfSync } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { ConfigError } from './config-error.js';
import { type NatsConfig, parseNats } from './nats.js';
import {
  RETAINED,
  type Retained,
  RETENTION_PERIODS,
  type RetentionDays,
} from './retention-periods.js';

export { ConfigError };

/** What the program runs with: environment variables, parsed and validated once (docs/operate.md). */
export interface Config {
  production: boolean;
  port: number;
  /** How many processes serve on that port; 1: this one does. */
  workers: number;
  /** The host to listen on: loopback in demo mode, whose passwords everybody knows. */
  host: string;
  /** The public origin, without a trailing slash; the issuer, byte for byte. */
  publicUrl: string;
  /** undefined: an embedded server in `dataDir`. */
  databaseUrl: string | undefined;
  /** As the role that owns the schema; undefined: the role of `databaseUrl` does. */
  databaseMigrationUrl: string | undefined;
  /** The same database past a pooler that `databaseUrl` leads to; undefined: there is none. */
  databaseFeedUrl: string | undefined;
  /** Whether the database keeps statements for a connection under a name. */
  preparedStatements: boolean;
  /** Through what nodes wake each other after a change; undefined: PostgreSQL announces it. */
  nats: NatsConfig | undefined;
  /** How many connections to the database this process may open for requests and background work. */
  databasePoolSize: number;
  /** How many more for the statements that requests share. */
  statementPoolSize: number;
  /** undefined: generated once and kept in `dataDir` (demo mode only). */
  appSecret: string | undefined;
  /** Former secrets that stay valid while the secret is being changed. */
  previousAppSecrets: string[];
  dataDir: string;
  /** Whether an empty database is filled with the demo data. */
  demoData: boolean;
  /** 0: no demo third-party application. */
  demoClientPort: number;
  trustProxy: boolean | number | string[];
  mail: MailConfig;
  /** Whether operators and developers of clients have to have a second factor. */
  staffNeedSecondFactor: boolean;
  /** How long the owner of a lost second factor may object to its being reset; 0: at once. */
  factorResetHours: number;
  /** Whether requests to the token endpoint that are under way at a time share statements. */
  sharedStatements: boolean;
  /** How long what is kept for a time is kept. */
  retention: RetentionDays;
  logLevel: 'fatal' | 'error' | 'warn' | 'info' | 'debug' | 'trace' | 'silent';
}

/**
 * Where mails go: to a server, in a demo without one to the mailbox that the portal shows, or
 * nowhere, so that they wait until there is a server.
 */
export type MailConfig =
  { to: 'smtp'; url: string; from: string } | { to: 'mailbox' } | { to: 'nowhere' };

const LOG_LEVELS = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'] as const;
const ENVIRONMENTS = ['production', 'development', 'test'];
const MIN_SECRET_LENGTH = 32;
/** Time to read a mail, and not so long that nobody can work meanwhile. */
export const DEFAULT_FACTOR_RESET_HOURS = 24;
/**
 * These may come from a file, because anybody who may inspect a container can read its environment.
 */
const SECRETS = [
  'APP_SECRET',
  'APP_SECRET_PREVIOUS',
  'DATABASE_URL',
  'DATABASE_MIGRATION_URL',
  'DATABASE_FEED_URL',
  'NATS_CREDENTIALS',
  'NATS_URL',
  'SMTP_URL',
];

/**
 * @throws ConfigError for the first variable that is wrong
 */
export function parseConfig(env: NodeJS.ProcessEnv): Config {
  const read = (name: string): string | undefined => {
    const value = env[name]?.trim() || undefined;
    return SECRETS.includes(name) ? readSecret(name, value, env[`${name}_FILE`]) : value;
  };
  const environment = read('NODE_ENV');
  if (environment !== undefined && !ENVIRONMENTS.includes(environment)) {
    throw new ConfigError(
      `NODE_ENV must be production, development or test, not '${environment}'. For every installation that others use, a staging one too, set production; for the demo, leave it out.`,
    );
  }
  const production = environment === 'production';
  const port = parsePort('PORT', read('PORT') ?? '3000', 1);
  const databaseUrl = read('DATABASE_URL');
  const databaseFeedUrl = parseFeedUrl(read('DATABASE_FEED_URL'), databaseUrl);
  const demo = databaseUrl === undefined;
  const workers = parseWorkers(read('WEB_CONCURRENCY') ?? '1');
  if (demo && workers > 1) {
    throw new ConfigError(
      'WEB_CONCURRENCY needs a DATABASE_URL: the embedded database belongs to one process.',
    );
  }
  if (demo && production) {
    throw new ConfigError(
      'DATABASE_URL is missing. With NODE_ENV=production the program needs a PostgreSQL server, e.g. postgres://user:password@host:5432/flixcheck; the embedded one is for demonstrations.',
    );
  }
  assertPostgres('DATABASE_URL', databaseUrl);
  const demoData = parseFlag('DEMO_DATA', read('DEMO_DATA')) ?? demo;
  if (demoData && production) {
    throw new ConfigError(
      'DEMO_DATA must not be on with NODE_ENV=production: its passwords are published.',
    );
  }
  const appSecret = read('APP_SECRET');
  if (appSecret === undefined && !demo) {
    throw new ConfigError(
      'APP_SECRET is missing. Make one with: openssl rand -base64 48, and keep it: the signing keys are encrypted with it.',
    );
  }
  if (appSecret !== undefined && appSecret.length < MIN_SECRET_LENGTH) {
    throw new ConfigError(`APP_SECRET must be at least ${MIN_SECRET_LENGTH} characters long.`);
  }
  const logLevel = (read('LOG_LEVEL') ?? 'info') as Config['logLevel'];
  if (!LOG_LEVELS.includes(logLevel)) {
    throw new ConfigError(`LOG_LEVEL must be one of ${LOG_LEVELS.join(', ')}.`);
  }
  return {
    production,
    port,
    workers,
    host: read('HOST') ?? (demo ? 'localhost' : '0.0.0.0'),
    publicUrl: parsePublicUrl(read('PUBLIC_URL') ?? `http://localhost:${port}`, production),
    databaseUrl,
    databaseMigrationUrl: parseMigrationUrl(read('DATABASE_MIGRATION_URL'), databaseUrl),
    databaseFeedUrl,
    // Not every pooler keeps track of them.
    preparedStatements:
      parseFlag('DATABASE_PREPARED_STATEMENTS', read('DATABASE_PREPARED_STATEMENTS')) ??
      databaseFeedUrl === undefined,
    nats: parseNats({
      urls: read('NATS_URL'),
      credentials: read('NATS_CREDENTIALS'),
      subject: read('NATS_SUBJECT'),
    }),
    databasePoolSize: parsePoolSize('DATABASE_POOL_SIZE', read('DATABASE_POOL_SIZE') ?? '20', 5),
    statementPoolSize: parsePoolSize(
      'DATABASE_STATEMENT_POOL_SIZE',
      read('DATABASE_STATEMENT_POOL_SIZE') ?? '6',
      2,
    ),
    appSecret,
    previousAppSecrets: parsePreviousSecrets(read('APP_SECRET_PREVIOUS'), appSecret),
    dataDir: resolve(read('DATA_DIR') ?? '.data'),
    demoData,
    demoClientPort: parsePort('DEMO_CLIENT_PORT', read('DEMO_CLIENT_PORT') ?? '4000', 0),
    trustProxy: parseTrustProxy(read('TRUST_PROXY')),
    mail: parseMail(read('SMTP_URL'), read('MAIL_FROM'), demoData),
    staffNeedSecondFactor:
      parseFlag('REQUIRE_SECOND_FACTOR_FOR_STAFF', read('REQUIRE_SECOND_FACTOR_FOR_STAFF')) ??
      false,
    factorResetHours: parseResetHours(
      read('FACTOR_RESET_HOURS') ?? String(DEFAULT_FACTOR_RESET_HOURS),
    ),
    sharedStatements: parseFlag('SHARED_STATEMENTS', read('SHARED_STATEMENTS')) ?? true,
    retention: parseRetention(read),
    logLevel,
  };
}

/**
 * The keys for one purpose under every valid secret: the current one protects what is new, and all
 * of them open what exists.
 */
export function deriveKeys(
  secrets: { appSecret: string; previousAppSecrets: readonly string[] },
  purpose: string,
): [present: Buffer, ...previous: Buffer[]] {
  const { appSecret, previousAppSecrets } = secrets;
  return [
    deriveKey(appSecret, purpose),
    ...previousAppSecrets.map((secret) => deriveKey(secret, purpose)),
  ];
}

/** A 256-bit key for one purpose, derived from APP_SECRET (RFC 5869). */
export function deriveKey(appSecret: string, purpose: string): Buffer {
  return Buffer.from(hkdfSync('sha256', appSecret, 'flixcheck-connect', purpose, 32));
}

function readSecret(name: string, value: string | undefined, file = ''): string | undefined {
  const path = file.trim();
  if (path === '') return value;
  if (value !== undefined) {
    throw new ConfigError(`${name} and ${name}_FILE are both set. Leave one of them out.`);
  }
  let content: string;
  try {
    content = readFileSync(path, 'utf8').trim();
  } catch (error) {
    const reason = (error as NodeJS.ErrnoException).code ?? String(error);
    throw new ConfigError(
      `${name}_FILE: ${path} cannot be read (${reason}). It must be a file with the value in it, readable by the user that the program runs as.`,
    );
  }
  if (content === '') throw new ConfigError(`${name}_FILE: ${path} is empty.`);
  return content;
}

function assertPostgres(name: string, url: string | undefined): void {
  if (url !== undefined && !/^postgres(ql)?:\/\//.test(url)) {
    throw new ConfigError(`${name} must begin with postgres:// or postgresql://.`);
  }
}

function parseMigrationUrl(
  url: string | undefined,
  databaseUrl: string | undefined,
): string | undefined {
  if (url === undefined) return undefined;
  assertPostgres('DATABASE_MIGRATION_URL', url);
  if (databaseUrl === undefined) {
    throw new ConfigError(
      'DATABASE_MIGRATION_URL needs a DATABASE_URL beside it: that of the role that the program runs with.',
    );
  }
  // The rights are given to this role, so its name has to be there.
  if (!URL.canParse(databaseUrl) || new URL(databaseUrl).username === '') {
    throw new ConfigError(
      'DATABASE_URL must name its role, as in postgres://role:password@host:5432/flixcheck, when DATABASE_MIGRATION_URL is set.',
    );
  }
  return url;
}

function parseFeedUrl(
  url: string | undefined,
  databaseUrl: string | undefined,
): string | undefined {
  assertPostgres('DATABASE_FEED_URL', url);
  if (url !== undefined && databaseUrl === undefined) {
    throw new ConfigError(
      'DATABASE_FEED_URL needs a DATABASE_URL beside it: the same database through a pooler, such as PgBouncer.',
    );
  }
  return url;
}

function parsePreviousSecrets(list: string | undefined, appSecret: string | undefined): string[] {
  if (list === undefined) return [];
  if (appSecret === undefined) {
    throw new ConfigError('APP_SECRET_PREVIOUS needs an APP_SECRET beside it.');
  }
  const secrets = [...new Set(list.split(',').map((secret) => secret.trim()))];
  if (secrets.some(({ length }) => length < MIN_SECRET_LENGTH)) {
    throw new ConfigError(
      `APP_SECRET_PREVIOUS must be a secret, or several with commas between them, each at least ${MIN_SECRET_LENGTH} characters long.`,
    );
  }
  return secrets.filter((secret) => secret !== appSecret);
}

function parsePort(name: string, value: string, min: number): number {
  const port = /^\d{1,5}$/.test(value) ? Number(value) : NaN;
  if (!(port >= min && port <= 65535)) {
    throw new ConfigError(`${name} must be a number from ${min} to 65535, not '${value}'.`);
  }
  return port;
}

/** More processes than any machine of today has cores are a slip of the finger. */
function parseWorkers(value: string): number {
  const workers = /^\d{1,3}$/.test(value) ? Number(value) : NaN;
  if (!(workers >= 1 && workers <= 256)) {
    throw new ConfigError(`WEB_CONCURRENCY must be a number from 1 to 256, not '${value}'.`);
  }
  return workers;
}

/** @param min so many that one who waits for a lock does not stop all others */
function parsePoolSize(name: string, value: string, min: number): number {
  const size = /^\d{1,3}$/.test(value) ? Number(value) : NaN;
  if (!(size >= min)) {
    throw new ConfigError(`${name} must be a number from ${min} to 999, not '${value}'.`);
  }
  return size;
}

function parseRetention(read: (name: string) => string | undefined): RetentionDays {
  const periods = RETAINED.map((retained): [Retained, number] => {
    const { variable, days: usual, least, most } = RETENTION_PERIODS[retained];
    const value = read(variable) ?? String(usual);
    const days = /^\d{1,4}$/.test(value) ? Number(value) : NaN;
    if (!(days >= least && days <= most)) {
      throw new ConfigError(
        `${variable} must be a number of days from ${least} to ${most}, not '${value}'.`,
      );
    }
    return [retained, days];
  });
  return Object.fromEntries(periods) as Record<Retained, number>;
}

/** A week: more would only send people to whoever has a shell. */
function parseResetHours(value: string): number {
  const hours = /^\d{1,3}$/.test(value) ? Number(value) : NaN;
  if (!(hours <= 168)) {
    throw new ConfigError(
      `FACTOR_RESET_HOURS must be a number of hours from 0 (at once) to 168, not '${value}'.`,
    );
  }
  return hours;
}

function parseFlag(name: string, value: string | undefined): boolean | undefined {
  if (value === undefined) return undefined;
  if (['1', 'true', 'on'].includes(value)) return true;
  if (['0', 'false', 'off'].includes(value)) return false;
  throw new ConfigError(`${name} must be on or off, not '${value}'.`);
}

function parsePublicUrl(value: string, production: boolean): string {
  const url = URL.canParse(value) ? new URL(value) : null;
  if (!url || !/^https?:$/.test(url.protocol) || url.origin !== value) {
    throw new ConfigError(
      `PUBLIC_URL must be an origin such as https://connect.example, without a path and without a slash at the end, not '${value}'.`,
    );
  }
  if (production && url.protocol !== 'https:') {
    throw new ConfigError('PUBLIC_URL must begin with https:// when NODE_ENV=production.');
  }
  return value;
}

/** A name is optional; it must not contain anything that needs quoting. */
const SENDER =
  /^(?:[^<>"@,;:\\\p{C}]{1,100} <[^\s<>@"]{1,64}@[^\s<>@"]{1,190}>|[^\s<>@"]{1,64}@[^\s<>@"]{1,190})$/u;

function parseMail(
  url: string | undefined,
  from: string | undefined,
  demoData: boolean,
): MailConfig {
  if (from !== undefined && !SENDER.test(from)) {
    throw new ConfigError(
      `MAIL_FROM must be an address, or a name and an address such as Flixcheck <connect@flixcheck.example>, not '${from}'.`,
    );
  }
  if (url === undefined) return demoData ? { to: 'mailbox' } : { to: 'nowhere' };
  const parsed = URL.canParse(url) ? new URL(url) : null;
  // The address may hold a password, so it is not repeated.
  if (!parsed || !/^smtps?:$/.test(parsed.protocol) || parsed.hostname === '') {
    throw new ConfigError(
      'SMTP_URL must be the address of a mail server, such as smtps://user:password@mail.example:465 or smtp://mail.example:587.',
    );
  }
  if (from === undefined) {
    throw new ConfigError(
      'MAIL_FROM is missing. SMTP_URL needs the address that mails come from beside it, such as Flixcheck <connect@flixcheck.example>.',
    );
  }
  return { to: 'smtp', url, from };
}

/** `off`, `on` (every proxy), a number of hops, or a list of addresses and CIDR ranges. */
function parseTrustProxy(value: string | undefined): Config['trustProxy'] {
  if (value === undefined || ['off', 'false', '0'].includes(value)) return false;
  if (['on', 'true'].includes(value)) return true;
  if (/^\d{1,2}$/.test(value)) return Number(value);
  const ranges = value.split(',').map((range) => range.trim());
  const valid = ranges.every((range) =>
    /^(loopback|linklocal|uniquelocal|[0-9a-f:.]+(\/\d{1,3})?)$/i.test(range),
  );
  if (!valid) {
    throw new ConfigError(
      `TRUST_PROXY must be off, on, a number of hops, or a list of addresses and ranges, not '${value}'.`,
    );
  }
  return ranges;
}
