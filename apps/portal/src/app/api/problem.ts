import { HttpErrorResponse } from '@angular/common/http';

/** RFC 9457 problem details with the API's own members. */
export interface Problem {
  type: string;
  title: string;
  status: number;
  detail: string;
  code: string;
  requestId: string | null;
  errors: FieldProblem[];
  /** Where an authorization error may be sent on to; absent where it must stay on the page. */
  redirectTo: string | null;
  retryAfterSeconds: number | null;
}

export interface FieldProblem {
  field: string;
  code: string;
  message: string;
}

/** Codes that the portal makes up itself, where no problem document came back. */
export const UNREACHABLE = 'unreachable';
export const UNREADABLE = 'internal_error';

/** The only error that a call to the API ends in. */
export class ApiError extends Error {
  override readonly name = 'ApiError';

  constructor(readonly problem: Problem) {
    super(`${problem.status} ${problem.code}`);
  }

  get code(): string {
    return this.problem.code;
  }

  /** No answer at all: the device is offline or the server cannot be reached. */
  get unreachable(): boolean {
    return this.problem.code === UNREACHABLE;
  }
}

export function apiErrorFrom(error: unknown): ApiError {
  if (error instanceof ApiError) return error;
  // A resource wraps what is thrown into it.
  if (error instanceof Error && error.cause instanceof ApiError) return error.cause;
  if (!(error instanceof HttpErrorResponse)) return new ApiError(bareProblem(0, UNREADABLE));
  if (error.status === 0) return new ApiError(bareProblem(0, UNREACHABLE));

  const body = asRecord(typeof error.error === 'string' ? parsed(error.error) : error.error);
  if (typeof body?.['code'] !== 'string') {
    return new ApiError(bareProblem(error.status, codeForStatus(error.status), error));
  }
  return new ApiError({
    ...bareProblem(error.status, body['code'], error),
    type: text(body['type']) ?? 'about:blank',
    title: text(body['title']) ?? '',
    detail: text(body['detail']) ?? '',
    requestId: text(body['requestId']),
    errors: Array.isArray(body['errors']) ? (body['errors'] as FieldProblem[]) : [],
    redirectTo: text(body['redirectTo']),
    retryAfterSeconds: seconds(body['retryAfterSeconds'], error),
  });
}

function bareProblem(status: number, code: string, error?: HttpErrorResponse): Problem {
  return {
    type: 'about:blank',
    title: '',
    status,
    detail: '',
    code,
    requestId: null,
    errors: [],
    redirectTo: null,
    retryAfterSeconds: error ? seconds(undefined, error) : null,
  };
}

/** For answers of a proxy in front of the API, which speaks no problem details. */
function codeForStatus(status: number): string {
  switch (status) {
    case 401:
      return 'session_required';
    case 403:
      return 'forbidden';
    case 404:
      return 'not_found';
    case 429:
      return 'too_many_attempts';
    case 502:
    case 503:
    case 504:
      return 'service_unavailable';
    default:
      return UNREADABLE;
  }
}

function seconds(value: unknown, error: HttpErrorResponse): number | null {
  const given =
    typeof value === 'number' ? value : Number(error.headers?.get('retry-after') ?? NaN);
  return Number.isFinite(given) && given > 0 ? Math.ceil(given) : null;
}

function text(value: unknown): string | null {
  return typeof value === 'string' && value !== '' ? value : null;
}

function asRecord(value: unknown): Record<string, unknown> | null {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : null;
}

function parsed(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return null;
  }
}
