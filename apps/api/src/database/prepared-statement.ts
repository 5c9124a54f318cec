import type { Pool } from 'pg';
import type { DataSource } from 'typeorm';

/**
 * A statement of a hot path, which PostgreSQL parses and plans once for each connection instead of
 * at every run: that is most of its work on statements as short as ours. TypeORM's `query` has no
 * names for statements, so it goes to the driver's pool, where each run commits by itself.
 * @param name unique among all
 */
export function preparedStatement<Row>(name: string, text: string) {
  return async (dataSource: DataSource, values: unknown[]): Promise<Row[]> => {
    const { master } = dataSource.driver as unknown as { master: Pool };
    return (await master.query({ name, text, values })).rows as Row[];
  };
}
