import type { EntityManager } from 'typeorm';
import { contains, NAME_COLLATION, searchWords } from '../database/search-text.js';
import type { CountedEnvelope } from './envelope.js';
import {
  afterCursor,
  type Bind,
  type KeyColumn,
  keyColumns,
  type ListOrder,
  orderBy,
  pageOf,
  parameters,
} from './keyset.js';

/** What a list is ordered by, where `sort` names it. */
export interface Sorting {
  columns: readonly KeyColumn[];
  /** What the columns come from besides: a JOIN that leaves no row out and adds none. */
  join?: string;
}

/** `sort` names a field; with `-` its order is reversed. */
type Sort<Field extends string> = Field | `-${Field}`;

/** A list that is searched, sorted and counted. */
export interface SearchedList {
  /** The relation that the rows are read from. */
  from: string;
  /** All of them must hold. */
  conditions: (bind: Bind) => string[];
  order: ListOrder & Pick<Sorting, 'join'>;
}

export const byTime = (sql: string): KeyColumn => ({ sql, type: 'timestamptz' });

export const byText = (sql: string): KeyColumn => ({ sql, type: 'text' });

/** In the order of German dictionaries. */
export const byName = (sql: string): KeyColumn => ({
  sql: `${sql} COLLATE ${NAME_COLLATION}`,
  type: 'text',
});

/** Everything that `sort` may be. */
export function sortsOf<Field extends string>(sortings: Record<Field, Sorting>): Sort<Field>[] {
  return (Object.keys(sortings) as Field[]).flatMap((field) => [field, `-${field}` as const]);
}

export function orderOf<Field extends string>(
  sortings: Record<Field, Sorting>,
  sort: Sort<Field>,
  id = 'id',
): SearchedList['order'] {
  const descending = sort.startsWith('-');
  const field = (descending ? sort.slice(1) : sort) as Field;
  return { ...sortings[field], name: sort, id, descending };
}

/**
 * The conditions under which all words of a search are found in a text.
 * @param text an expression made by `searchable`
 */
export function finds(text: string, q: string | undefined, bind: Bind): string[] {
  return searchWords(q).map((word) => contains(text, bind(word)));
}

/**
 * The ids of one page, and how many there are on all pages.
 * @throws ApiError validation_failed for a cursor that this list has not given out in this order
 */
export async function findPage(
  manager: EntityManager,
  { from, conditions, order }: SearchedList,
  { limit, cursor }: { limit: number; cursor?: string | undefined },
): Promise<{ ids: string[]; meta: CountedEnvelope<never>['meta'] }> {
  const { values, bind } = parameters();
  const found = conditions(bind).join(' AND ');
  const counted = values.length;
  const after = afterCursor(order, cursor, bind);
  const [[{ total }], rows] = await Promise.all([
    manager.query<[{ total: number }]>(
      `SELECT count(*)::integer AS total FROM ${from} WHERE ${found}`,
      values.slice(0, counted),
    ),
    manager.query<{ keyId: string }[]>(
      `SELECT ${keyColumns(order)} FROM ${from} ${order.join ?? ''}
       WHERE ${found} AND ${after} ORDER BY ${orderBy(order)} LIMIT ${limit + 1}`,
      values,
    ),
  ]);
  const { rows: page, nextCursor } = pageOf(order, rows, limit);
  return {
    ids: page.map(({ keyId }) => keyId),
    meta: { total, ...(nextCursor !== undefined && { nextCursor }) },
  };
}

/** Rows in the order of a page's ids; those that have been deleted meanwhile are left out. */
export function inOrder<Row extends { id: string }>(
  ids: readonly string[],
  rows: readonly Row[],
): Row[] {
  const found = new Map(rows.map((row) => [row.id, row]));
  return ids.flatMap((id) => found.get(id) ?? []);
}
