import { ApiError } from './api-error.js';

/** One of the expressions that a list is ordered by, and how its value travels in a cursor. */
export interface KeyColumn {
  /** Must never be null, or rows would be lost between two pages. */
  sql: string;
  type: 'text' | 'timestamptz';
}

/** An order of a list. The id comes last, so that no two rows share a place. */
export interface ListOrder {
  /** As the query names it; a cursor belongs to one order. */
  name: string;
  columns: readonly KeyColumn[];
  id: string;
  /** uuid, unless it says otherwise */
  idType?: keyof typeof IDS;
  descending: boolean;
}

/** Adds a value to a statement's parameters. @returns `$1`, `$2`, … */
export type Bind = (value: unknown) => string;

export function parameters(): { values: unknown[]; bind: Bind } {
  const values: unknown[] = [];
  return { values, bind: (value) => `$${values.push(value)}` };
}

/** Additional columns for a statement to select, from which `pageOf` makes the cursor. */
export function keyColumns({ columns, id }: ListOrder): string {
  const keys = columns.map(({ sql, type }, index) => `${written(sql, type)} AS "key${index}"`);
  return [...keys, `${id} AS "keyId"`].join(', ');
}

export function orderBy({ columns, id, descending }: ListOrder): string {
  const direction = descending ? 'DESC' : 'ASC';
  return [...columns.map(({ sql }) => sql), id].map((sql) => `${sql} ${direction}`).join(', ');
}

/**
 * The condition under which a row comes after the cursor's.
 * @throws ApiError validation_failed for a cursor that this list has not given out in this order
 */
export function afterCursor(order: ListOrder, cursor: string | undefined, bind: Bind): string {
  if (cursor === undefined) return 'true';
  const key = decode(order, cursor);
  const there = [...order.columns.map(({ type }) => type), order.idType ?? 'uuid'].map(
    (type, index) => `${bind(key[index])}::${type}`,
  );
  const here = [...order.columns.map(({ sql }) => sql), order.id];
  return `(${here.join(', ')}) ${order.descending ? '<' : '>'} (${there.join(', ')})`;
}

/** Cuts a page out of `limit + 1` rows that have the `keyColumns`. */
export function pageOf<Row extends object>(
  order: ListOrder,
  rows: readonly Row[],
  limit: number,
): { rows: Row[]; nextCursor?: string } {
  const page = rows.slice(0, limit);
  const last = page.at(-1) as Record<string, string> | undefined;
  if (rows.length <= limit || last === undefined) return { rows: page };
  const key = [...order.columns.map((_, index) => last[`key${index}`]), last['keyId']];
  const nextCursor = Buffer.from(JSON.stringify([order.name, ...key])).toString('base64url');
  return { rows: page, nextCursor };
}

/** To the microsecond, which is what PostgreSQL keeps: a cursor in milliseconds would skip rows. */
function written(sql: string, type: KeyColumn['type']): string {
  return type === 'timestamptz'
    ? `to_char(${sql} AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')`
    : sql;
}

const IDS = {
  uuid: (id: string) => /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(id),
  bigint: (id: string) => /^\d{1,19}$/.test(id) && BigInt(id) < 2n ** 63n,
};
/** A day that exists, in a year that PostgreSQL writes the same way. */
const isTime = (value: string): boolean =>
  /^[1-9]\d{3}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$/.test(value) &&
  new Date(value).toISOString().slice(0, 23) === value.slice(0, 23);

function decode(order: ListOrder, cursor: string): string[] {
  try {
    const key: unknown = JSON.parse(Buffer.from(cursor, 'base64url').toString());
    if (Array.isArray(key) && key.every((part) => typeof part === 'string')) {
      const [name, ...parts] = key as string[];
      const id = parts.at(-1) ?? '';
      const fit =
        parts.length === order.columns.length + 1 &&
        IDS[order.idType ?? 'uuid'](id) &&
        order.columns.every(({ type }, index) => {
          const part = parts[index] ?? '';
          return type === 'text' ? !part.includes('\0') : isTime(part);
        });
      if (fit && name === order.name) return parts;
    }
  } catch {
    // Refused below, like any other cursor that is not ours.
  }
  throw new ApiError('validation_failed', 'The cursor is not one that this list has given out.', {
    errors: [
      {
        field: 'cursor',
        code: 'invalid_cursor',
        message: 'Leave it out to start from the beginning; it belongs to one order of the list.',
      },
    ],
  });
}
