import { Client } from 'pg';

const UUID_LENGTH = 36;

/** Asks a server's database directly, for what the API must not show or do. */
export function sql<Row>(
  databaseUrl: string,
  statement: string,
  values: unknown[] = [],
): Promise<Row[]> {
  return connected(
    databaseUrl,
    async (client) => (await client.query(statement, values)).rows as Row[],
  );
}

/**
 * The rows of every table of the program, as text.
 * @param schema `public` for its own tables, `pgboss` for jobs that wait
 */
export function dump(databaseUrl: string, schema = 'public'): Promise<Record<string, string[]>> {
  return connected(databaseUrl, async (client) => {
    const tables = await client.query<{ name: string }>(
      `SELECT format('%I.%I', s.nspname, c.relname) AS name
       FROM pg_class c JOIN pg_namespace s ON s.oid = c.relnamespace
       WHERE s.nspname = $1 AND c.relkind IN ('r', 'p') AND NOT c.relispartition`,
      [schema],
    );
    const { rows } = await client.query<{ name: string; lines: string[] }>(
      tables.rows
        .map(
          ({ name }) =>
            `SELECT '${name}' AS name, coalesce(array_agg(t::text ORDER BY t::text), '{}') AS lines
             FROM ${name} t`,
        )
        .join(' UNION ALL '),
    );
    return Object.fromEntries(rows.map(({ name, lines }) => [name.replace(/^.*\./, ''), lines]));
  });
}

/**
 * The same without what is noted in passing, and later than it happens: the request log, the use
 * of connections, sessions and client secrets, failures to sign in, when a step last ran, what
 * steps have counted and sealed, what became of a mail once it was written and its audit record,
 * the portal's files.
 * What is left changes only when something does.
 */
export async function substance(databaseUrl: string): Promise<Record<string, string[] | number>> {
  const {
    oauth_requests: _log,
    connection_usage: _usage,
    sign_in_failures: _failures,
    background_steps: _steps,
    portal_files: _files,
    oauth_request_counting: _counting,
    oauth_request_counts: _counted,
    connection_counts: _active,
    audit_seals: _seals,
    demo_mails: _delivered,
    mails = [],
    audit_records: records = [],
    connections = [],
    oauth_client_secrets: secrets = [],
    connection_events: events = [],
    sessions = [],
    ...tables
  } = await dump(databaseUrl);
  return {
    ...tables,
    audit_records: records.filter((record) => !/,mail_(sent|failed),/.test(record)),
    mails: mails.map((mail) => mail.slice('('.length, '('.length + UUID_LENGTH)),
    connections: connections.length,
    oauth_client_secrets: secrets.length,
    connection_events: events.filter((event) => !event.includes(',used,')).length,
    sessions: sessions.length,
  };
}

/**
 * Ends what matches again and again, without a pause in which anything could settle, until the
 * caller is done.
 * @param condition of pg_stat_activity
 */
export async function whileEnding<T>(
  databaseUrl: string,
  condition: string,
  work: () => Promise<T>,
): Promise<T> {
  let isDone = false;
  const cutting = connected(databaseUrl, async (client) => {
    while (!isDone) {
      // In the server, because a connection of its own for each round would leave gaps.
      await client.query(`DO $$ BEGIN
        FOR round IN 1..100 LOOP
          PERFORM pg_terminate_backend(pid) FROM pg_stat_activity
            WHERE datname = current_database() AND ${condition};
          PERFORM pg_sleep(0.002), pg_stat_clear_snapshot();
        END LOOP; END $$`);
    }
  });
  try {
    return await work();
  } finally {
    isDone = true;
    await cutting;
  }
}

async function connected<T>(databaseUrl: string, ask: (client: Client) => Promise<T>): Promise<T> {
  const client = new Client({ connectionString: databaseUrl });
  await client.connect();
  try {
    return await ask(client);
  } finally {
    await client.end();
  }
}

/** Makes every statement on a table fail meanwhile, as a defect of the database does. */
export async function withoutTable(
  databaseUrl: string,
  table: string,
  during: () => Promise<void>,
): Promise<void> {
  await sql(databaseUrl, `ALTER TABLE ${table} RENAME TO ${table}_gone`);
  try {
    await during();
  } finally {
    await sql(databaseUrl, `ALTER TABLE ${table}_gone RENAME TO ${table}`);
  }
}
