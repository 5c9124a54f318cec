import type { Pool } from 'pg';
import type { DataSource } from 'typeorm';
import type { Way } from './data-source.js';

/**
 * A statement of a hot path, which PostgreSQL parses and plans once per connection instead of at
 * every run: for statements as short as ours, that is most of its work. TypeORM's `query` cannot
 * name statements, so this goes to the driver's pool, where each run commits by itself.
 * @param name unique among all
 */
export function preparedStatement<Row>(name: string, text: string) {
  return async (dataSource: DataSource, values: unknown[]): Promise<Row[]> => {
    const { master } = dataSource.driver as unknown as { master: Pool & { options: Way } };
    const { preparedStatements = true } = master.options;
    return (await master.query({ ...(preparedStatements && { name }), text, values }))
      .rows as Row[];
  };
}
