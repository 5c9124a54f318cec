import { randomBytes } from 'node:crypto';
import { mkdir, open, readFile, rename } from 'node:fs/promises';
import { join } from 'node:path';
import type { Config } from '../config/config.js';
import type { RuntimeConfig } from '../config/config.module.js';
import {
  type EmbeddedPostgres,
  joinEmbeddedPostgres,
  startEmbeddedPostgres,
} from './embedded-postgres.js';

/** The configuration with a running database, and how to release that database. */
export interface RunningDatabase {
  config: RuntimeConfig;
  stop: () => Promise<void>;
}

/**
 * Starts the embedded server if no DATABASE_URL is given, and generates the demo's APP_SECRET.
 * @param log one line of progress for people
 * @throws Error whose message says what to do
 */
export function prepareDatabase(
  config: Config,
  log: (line: string) => void,
): Promise<RunningDatabase> {
  return withEmbedded(config, () => startEmbeddedPostgres({ dataDir: config.dataDir, log }));
}

/**
 * The same for commands, which may run beside the program and then use its embedded server.
 * @throws Error whose message says what to do
 */
export function joinDatabase(config: Config): Promise<RunningDatabase> {
  const { dataDir } = config;
  return withEmbedded(config, () => joinEmbeddedPostgres({ dataDir, log: () => undefined }));
}

async function withEmbedded(
  config: Config,
  run: () => Promise<Pick<EmbeddedPostgres, 'url' | 'stop'>>,
): Promise<RunningDatabase> {
  if (config.databaseUrl !== undefined && config.appSecret !== undefined) {
    const { databaseUrl, appSecret } = config;
    return { config: { ...config, databaseUrl, appSecret }, stop: () => Promise.resolve() };
  }
  const server = await run();
  const appSecret = config.appSecret ?? (await keptSecret(config.dataDir));
  return { config: { ...config, databaseUrl: server.url, appSecret }, stop: () => server.stop() };
}

/** The demo's secret: generated once, kept beside the database whose keys it encrypts. */
async function keptSecret(dataDir: string): Promise<string> {
  const path = join(dataDir, 'app-secret');
  try {
    const kept = (await readFile(path, 'utf8')).trim();
    if (kept.length >= 32) return kept;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
  }
  await mkdir(dataDir, { recursive: true });
  const secret = randomBytes(48).toString('base64url');
  const file = await open(`${path}.new`, 'w', 0o600);
  await file.writeFile(`${secret}\n`);
  await file.sync();
  await file.close();
  await rename(`${path}.new`, path);
  return secret;
}
