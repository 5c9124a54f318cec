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

/** The portal's own code, for when no answer came at all. */
export const UNREACHABLE = 'unreachable';
const UNREADABLE = 'internal_error';

/** The only error that a call to the API throws. */
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

/** The ApiError behind whatever was caught, even if a resource has wrapped it. */
export function apiErrorFrom(cause: unknown): ApiError {
  if (cause instanceof ApiError) return cause;
  if (cause instanceof Error && cause.cause instanceof ApiError) return cause.cause;
  return new ApiError(bareProblem(0, UNREADABLE, null));
}

export function unreachableError(): ApiError {
  return new ApiError(bareProblem(0, UNREACHABLE, null));
}

/** @param body the parsed JSON of the answer, or null if it was not JSON */
export function errorFromAnswer(status: number, headers: Headers, body: unknown): ApiError {
  const retryAfter = seconds(Number(headers.get('retry-after') ?? NaN));
  const members = asRecord(body);
  const code = text(members?.['code']);
  if (!members || code === null) {
    return new ApiError(bareProblem(status, codeForStatus(status), retryAfter));
  }
  return new ApiError({
    type: text(members['type']) ?? 'about:blank',
    title: text(members['title']) ?? '',
    status,
    detail: text(members['detail']) ?? '',
    code,
    requestId: text(members['requestId']),
    errors: Array.isArray(members['errors']) ? (members['errors'] as FieldProblem[]) : [],
    redirectTo: text(members['redirectTo']),
    retryAfterSeconds: seconds(members['retryAfterSeconds']) ?? retryAfter,
  });
}

function bareProblem(status: number, code: string, retryAfterSeconds: number | null): Problem {
  return {
    type: 'about:blank',
    title: '',
    status,
    detail: '',
    code,
    requestId: null,
    errors: [],
    redirectTo: null,
    retryAfterSeconds,
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

function seconds(value: unknown): number | null {
  return typeof value === 'number' && Number.isFinite(value) && value > 0 ? Math.ceil(value) : null;
}

function text(value: unknown): string | null {
  return typeof value === 'string' && value !== '' ? value : null;
}

function asRecord(value: unknown): Record<string, unknown> | null {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : null;
}
