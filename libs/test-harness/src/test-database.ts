import { randomBytes } from 'node:crypto';
import { Client } from 'pg';
import programRole from '../demo-database/program-role.json';

export interface TestDatabase {
  /** As the role that owns the schema. */
  url: string;
  /** As the role that the program runs with, once it has been given its rights. */
  programUrl: string;
  drop: () => Promise<void>;
}

/**
 * A database of its own on the server that TEST_DATABASE_URL names.
 * @param options.demo filled with the demo data already, where the run has made one to copy
 */
export async function createTestDatabase({
  demo = false,
}: { demo?: boolean } = {}): Promise<TestDatabase> {
  const name = `test_${randomBytes(8).toString('hex')}`;
  const template = demo && process.env['TEST_DEMO_DATABASE'];
  // File by file, since the write-ahead log of every page would take twice as long.
  const copied = template ? ` TEMPLATE ${template} STRATEGY file_copy` : '';
  await onServer(`CREATE DATABASE ${name}${copied}`);
  const url = new URL(serverUrl());
  url.pathname = `/${name}`;
  return {
    url: url.href,
    programUrl: asProgram(url.href),
    drop: () => onServer(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`),
  };
}

/** The same database as a role that can neither change its schema nor rewrite audit records. */
function asProgram(databaseUrl: string): string {
  const url = new URL(databaseUrl);
  url.username = programRole.name;
  url.password = programRole.password;
  return url.href;
}

async function onServer(statement: string): Promise<void> {
  const client = new Client({ connectionString: serverUrl() });
  await client.connect();
  try {
    await client.query(statement);
  } finally {
    await client.end();
  }
}

function serverUrl(): string {
  const url = process.env['TEST_DATABASE_URL'];
  if (!url) {
    throw new Error(
      'TEST_DATABASE_URL is missing. Run the tests through: node tools/test-database.mjs -- <command>',
    );
  }
  return url;
}
