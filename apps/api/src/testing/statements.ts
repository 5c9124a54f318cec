import type { Pool, PoolClient } from 'pg';
import type { DataSource } from 'typeorm';

/**
 * What the application sends to the database while `work` runs, by whatever way. The change feed
 * is left out: it has a connection of its own.
 */
export async function recordStatements(
  dataSource: DataSource,
  work: () => Promise<unknown>,
): Promise<string[]> {
  const { master } = dataSource.driver as unknown as { master: Pool };
  const statements: string[] = [];
  const original = new Map<PoolClient, PoolClient['query']>();
  const record = (client: PoolClient) => {
    if (original.has(client)) return;
    const { query } = client;
    original.set(client, query);
    const send = query.bind(client) as (...input: unknown[]) => unknown;
    client.query = ((statement: string | { text: string }, ...rest: unknown[]) => {
      statements.push(typeof statement === 'string' ? statement : statement.text);
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
