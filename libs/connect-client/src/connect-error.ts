import type { components } from './generated.js';

type Problem = components['schemas']['ProblemDto'];
type OAuthError = components['schemas']['OAuthErrorDto'];

/** What a program and a person need of a failure; never holds a code, token or secret. */
export interface ConnectFailure {
  /** Stable, for programs: a `code` of the API or an `error` of OAuth; see the README. */
  code: string;
  /** What is wrong and what to do next. */
  detail: string;
  /** HTTP status; undefined where no answer came. */
  status?: number;
  /** What Flixcheck's request log knows the request by. */
  requestId?: string;
  /** Seconds after which the server wants to be asked again. */
  retryAfterSeconds?: number;
  /** For `validation_failed`: what is wrong with which field. */
  errors?: Problem['errors'];
  cause?: unknown;
}

export class ConnectError extends Error implements ConnectFailure {
  readonly code: string;
  readonly detail: string;
  readonly status?: number;
  readonly requestId?: string;
  readonly retryAfterSeconds?: number;
  readonly errors?: Problem['errors'];

  constructor({ cause, ...failure }: ConnectFailure) {
    super(`${failure.code}: ${failure.detail}`, { cause });
    this.name = 'ConnectError';
    this.code = failure.code;
    this.detail = failure.detail;
    this.status = failure.status;
    this.requestId = failure.requestId;
    this.retryAfterSeconds = failure.retryAfterSeconds;
    this.errors = failure.errors;
  }

  /** No answer came, so it is unknown whether the request was carried out. */
  static unreachable(cause: unknown): ConnectError {
    return new ConnectError({
      code: 'unreachable',
      detail: 'Flixcheck Connect did not answer. Check the issuer and the network, and try again.',
      cause,
    });
  }

  /** Something answered, but not what is documented. */
  static unexpected(response: Response): ConnectError {
    return new ConnectError({
      code: 'unexpected_answer',
      detail: notOurs(response),
      status: response.status,
      requestId: response.headers.get('x-request-id') ?? undefined,
    });
  }

  /**
   * From an answer that is not a success: the API's problem (RFC 9457) or OAuth's error (RFC 6749
   * §5.2).
   */
  static async of(response: Response): Promise<ConnectError> {
    const body = (await response.json().catch(() => undefined)) as
      Partial<Problem & OAuthError> | null | undefined;
    const seconds = Number(response.headers.get('retry-after') ?? Number.NaN);
    return new ConnectError({
      code: body?.code ?? body?.error ?? 'unexpected_answer',
      detail: body?.detail ?? body?.error_description ?? notOurs(response),
      status: response.status,
      requestId: response.headers.get('x-request-id') ?? body?.requestId,
      retryAfterSeconds: Number.isFinite(seconds) ? seconds : undefined,
      errors: body?.errors,
    });
  }
}

const notOurs = ({ status }: Response) =>
  `The answer ${status} is not from Flixcheck Connect. Look at what stands in between.`;
