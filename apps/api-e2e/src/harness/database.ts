import { Client } from 'pg';

/** Asks a server's database directly, for what the API must not show or do. */
export async function sql<Row>(
  databaseUrl: string,
  statement: string,
  values: unknown[] = [],
): Promise<Row[]> {
  const client = new Client({ connectionString: databaseUrl });
  await client.connect();
  try {
    return (await client.query(statement, values)).rows as Row[];
  } finally {
    await client.end();
  }
}

/** The rows of every table of the program, as text. */
export async function dump(databaseUrl: string): Promise<Record<string, string[]>> {
  const tables = await sql<{ name: string }>(
    databaseUrl,
    `SELECT quote_ident(table_name) AS name FROM information_schema.tables
     WHERE table_schema = 'public' AND table_type = 'BASE TABLE' ORDER BY 1`,
  );
  const contents: Record<string, string[]> = {};
  for (const { name } of tables) {
    const rows = await sql<{ row: string }>(
      databaseUrl,
      `SELECT t::text AS row FROM ${name} t ORDER BY 1`,
    );
    contents[name] = rows.map(({ row }) => row);
  }
  return contents;
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
