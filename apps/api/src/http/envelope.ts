import { type Type, applyDecorators } from '@nestjs/common';
import {
  ApiExtension,
  ApiExtraModels,
  ApiProperty,
  ApiPropertyOptional,
  ApiResponse,
  type ApiResponseOptions,
  getSchemaPath,
} from '@nestjs/swagger';
import { IsOptional, IsString, MaxLength } from 'class-validator';
import { ApiError, type ProblemCode, PROBLEMS } from './api-error.js';
import { PROBLEM_CODES } from './openapi-problems.js';
import { QueryInteger } from './query-integer.js';

export interface ResourceEnvelope<T> {
  resource: T;
}

export interface ResourcesEnvelope<T> {
  resources: T[];
  meta: { nextCursor?: string };
}

/** A list that also says how many there are on all its pages. */
export interface CountedEnvelope<T> {
  resources: T[];
  meta: { total: number; nextCursor?: string };
}

export const DEFAULT_LIMIT = 50;
export const MAX_LIMIT = 100;

/** What every list that can grow takes. */
export class PageQuery {
  @QueryInteger({ minimum: 1, maximum: MAX_LIMIT, default: DEFAULT_LIMIT })
  limit?: number;

  @ApiPropertyOptional({ description: '`meta.nextCursor` of the page before' })
  @IsOptional()
  @IsString()
  @MaxLength(2000)
  cursor?: string;
}

/** A list that can be searched, too. */
export class SearchQuery extends PageQuery {
  @ApiPropertyOptional({
    maxLength: 100,
    description:
      'words that must all be found, in any order, whatever their case and accents; `ue` also finds `ü`',
  })
  @IsOptional()
  @IsString()
  @MaxLength(100)
  q?: string;
}

/** The position after the last row of a page: its sort key and id. */
export type CursorKey = readonly [string, string];

export function encodeCursor(key: CursorKey): string {
  return Buffer.from(JSON.stringify(key)).toString('base64url');
}

const CURSOR_IDS = {
  uuid: (id: string) => /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(id),
  bigint: (id: string) => /^\d{1,19}$/.test(id) && BigInt(id) < 2n ** 63n,
};

/**
 * Reads a cursor; even in a made-up one, both parts are values that PostgreSQL accepts.
 * @param ids what kind of ids the list has
 * @throws ApiError validation_failed when the cursor was not made by `encodeCursor` for such a list
 */
export function decodeCursor(
  cursor: string | undefined,
  ids: keyof typeof CURSOR_IDS = 'uuid',
): CursorKey | undefined {
  if (cursor === undefined) return undefined;
  try {
    const key: unknown = JSON.parse(Buffer.from(cursor, 'base64url').toString());
    if (Array.isArray(key) && key.length === 2 && key.every((part) => typeof part === 'string')) {
      const [sort, id] = key as [string, string];
      // A day that exists, in a year that PostgreSQL writes the same way.
      const isTime = /^[1-9]\d{3}-/.test(sort) && new Date(sort).toISOString() === sort;
      if (isTime && CURSOR_IDS[ids](id)) return [sort, id];
    }
  } catch {
    // Refused below, like any other cursor that is not ours.
  }
  throw new ApiError('validation_failed', 'The cursor is not one that this list has given out.', {
    errors: [
      {
        field: 'cursor',
        code: 'invalid_cursor',
        message: 'Leave it out to start from the beginning.',
      },
    ],
  });
}

/**
 * Cuts a page out of `limit + 1` rows.
 * @param keyOf the row's sort key, as the query ordered by it
 */
export function toPage<Row, Out>(
  rows: Row[],
  limit: number,
  keyOf: (row: Row) => CursorKey,
  map: (row: Row) => Out,
): ResourcesEnvelope<Out> {
  const page = rows.slice(0, limit);
  const last = page.at(-1);
  const more = rows.length > limit && last !== undefined;
  return {
    resources: page.map(map),
    meta: more ? { nextCursor: encodeCursor(keyOf(last)) } : {},
  };
}

class MetaDto {
  @ApiPropertyOptional({ description: 'absent on the last page' })
  nextCursor?: string;
}

class CountedMetaDto extends MetaDto {
  @ApiProperty({ type: 'integer', description: 'how many match, on all pages together' })
  total!: number;
}

/** Documents an answer of the form `{resource: …}`. */
export function ApiResource(
  model: Type,
  options: { status?: number; description?: string; headers?: ApiResponseOptions['headers'] } = {},
) {
  return applyDecorators(
    ApiExtraModels(model),
    ApiResponse({
      status: options.status ?? 200,
      description: options.description ?? 'Success',
      ...(options.headers && { headers: options.headers }),
      schema: {
        type: 'object',
        required: ['resource'],
        properties: { resource: { $ref: getSchemaPath(model) } },
      },
    }),
  );
}

/** Documents an answer of the form `{resources: […], meta: {…}}`. */
export function ApiResources(
  model: Type,
  options: { description?: string; counted?: boolean } = {},
) {
  const meta = options.counted ? CountedMetaDto : MetaDto;
  return applyDecorators(
    ApiExtraModels(model, meta),
    ApiResponse({
      status: 200,
      description: options.description ?? 'Success',
      schema: {
        type: 'object',
        required: ['resources', 'meta'],
        properties: {
          resources: { type: 'array', items: { $ref: getSchemaPath(model) } },
          meta: { $ref: getSchemaPath(meta) },
        },
      },
    }),
  );
}

export class FieldErrorDto {
  @ApiProperty() field!: string;
  @ApiProperty() code!: string;
  @ApiProperty() message!: string;
}

/** RFC 9457. */
export class ProblemDto {
  @ApiProperty({ format: 'uri' }) type!: string;
  @ApiProperty() title!: string;
  @ApiProperty({ type: 'integer' }) status!: number;
  @ApiProperty({ description: 'what is wrong and what to do next' }) detail!: string;
  @ApiProperty({ description: 'stable, for programs' }) code!: string;
  @ApiProperty({ format: 'uuid' }) requestId!: string;
  @ApiPropertyOptional({ type: [FieldErrorDto] }) errors?: FieldErrorDto[];
  @ApiPropertyOptional({ format: 'uri' }) redirectTo?: string;
  @ApiPropertyOptional({ type: 'integer' }) retryAfterSeconds?: number;
}

/**
 * Documents rules that have no place in a schema, for pages that tell people about them. What counts
 * time is in seconds and says so in its name.
 */
export const ApiLimits = (limits: Record<string, number>) => ApiExtension('x-limits', limits);

/**
 * Documents the problems that a route answers with: by status, and by code where that does not
 * follow from the status and from who may call the route.
 */
export function ApiProblems(...problems: (number | ProblemCode)[]) {
  const codes = problems.filter((problem) => typeof problem === 'string');
  const statuses = problems.map((problem) =>
    typeof problem === 'string' ? PROBLEMS[problem][0] : problem,
  );
  return applyDecorators(
    ApiExtraModels(ProblemDto),
    ApiExtension(PROBLEM_CODES, codes),
    ...[...new Set(statuses)].map((status) =>
      ApiResponse({
        status,
        description: 'Problem',
        content: { 'application/problem+json': { schema: { $ref: getSchemaPath(ProblemDto) } } },
      }),
    ),
  );
}
