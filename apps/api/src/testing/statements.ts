import type { Pool, PoolClient } from 'pg';
import type { DataSource } from 'typeorm';

export interface SentStatement {
  text: string;
  values: unknown[];
}

/**
 * What the application sends to the database while `work` runs, by whatever way. The change feed
 * is left out: it has a connection of its own, and so have the statements of the `StatementPool`.
 */
export async function recordStatements(
  dataSource: DataSource,
  work: () => Promise<unknown>,
): Promise<string[]> {
  const { master } = dataSource.driver as unknown as { master: Pool };
  return (await recordSent(master, work)).map(({ text }) => text);
}

/** The same of any pool, with the values. */
export async function recordSent(
  master: Pool,
  work: () => Promise<unknown>,
): Promise<SentStatement[]> {
  const statements: SentStatement[] = [];
  const original = new Map<PoolClient, PoolClient['query']>();
  const record = (client: PoolClient) => {
    if (original.has(client)) return;
    const { query } = client;
    original.set(client, query);
    const send = query.bind(client) as (...input: unknown[]) => unknown;
    client.query = ((statement: string | Partial<SentStatement>, ...rest: unknown[]) => {
      const { text = '', values = [] } =
        typeof statement === 'string' ? { text: statement } : statement;
      statements.push({ text, values: Array.isArray(rest[0]) ? rest[0] : values });
      return send(statement, ...rest);
    }) as typeof query;
  };
  master.on('acquire', record);
  try {
    await work();
  } finally {
    master.off('acquire', record);
    for (const [client, query] of original) client.query = query;
  }
  return statements;
}
