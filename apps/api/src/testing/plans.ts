import type { ClientBase } from 'pg';

/** A table of so few pages is read as a whole wherever that is cheaper than an index. */
const SMALL_PAGES = 12;
const PAGE_BYTES = 8192;

interface PlanNode {
  'Node Type': string;
  'Relation Name'?: string;
  Schema?: string;
  Plans?: PlanNode[];
}

/**
 * The tables, or partitions, that a statement would read as a whole although they are large.
 * @param values without them, whatever they are
 */
export async function largeTablesRead(
  client: ClientBase,
  statement: string,
  values?: unknown[],
): Promise<string[]> {
  const { rows } = values
    ? await client.query(`EXPLAIN (VERBOSE, FORMAT JSON) ${statement}`, values)
    : await client.query(`EXPLAIN (GENERIC_PLAN, VERBOSE, FORMAT JSON) ${statement}`);
  const [{ Plan: plan }] = rows[0]['QUERY PLAN'] as [{ Plan: PlanNode }];
  const names = nodesOf(plan)
    // Not of the background work, which may ask for its jobs meanwhile.
    .filter((node) => node['Node Type'] === 'Seq Scan' && node.Schema === 'public')
    .map((node) => node['Relation Name'] ?? '');
  const large = await client.query<{ name: string }>(
    `SELECT name FROM unnest($1::text[]) AS name
      WHERE pg_relation_size(name::regclass) > ${SMALL_PAGES * PAGE_BYTES}`,
    [names],
  );
  return large.rows.map(({ name }) => name);
}

function nodesOf(node: PlanNode): PlanNode[] {
  return [node, ...(node.Plans ?? []).flatMap(nodesOf)];
}
