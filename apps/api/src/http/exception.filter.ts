import { type ArgumentsHost, Catch, type ExceptionFilter, HttpException } from '@nestjs/common';
import { OAUTH_ERRORS, toErrorDescription } from '@flixcheck/oauth-protocol';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { isDatabaseUnavailable } from '../database/unavailable.js';
import type { AppLogger } from '../telemetry/app-logger.js';
import { ApiError, OAuthError, PROBLEMS, type ProblemCode } from './api-error.js';
import './failure.js';
import { noImage } from './image-body.js';

const PROBLEM_TYPE_BASE = '/docs/errors#';

/** RFC 9457. */
export function toProblem(error: ApiError, publicUrl: string, requestId: string): object {
  const { errors, redirectTo, retryAfterSeconds } = error.options;
  return {
    type: `${publicUrl}${PROBLEM_TYPE_BASE}${error.code}`,
    title: PROBLEMS[error.code][1],
    status: error.status,
    detail: error.detail,
    code: error.code,
    requestId,
    ...(errors && { errors }),
    ...(redirectTo !== undefined && { redirectTo }),
    ...(retryAfterSeconds !== undefined && { retryAfterSeconds }),
  };
}

/**
 * The only place that renders errors: flat OAuth JSON on the endpoints for clients, problem+json
 * everywhere else. An unexpected error becomes a 5xx with the request id, and never shows a
 * driver's message or a stack.
 */
@Catch()
export class ErrorFilter implements ExceptionFilter {
  constructor(
    private readonly publicUrl: string,
    private readonly logger: AppLogger,
  ) {}

  catch(error: unknown, host: ArgumentsHost): void {
    const http = host.switchToHttp();
    this.render(error, http.getRequest<FastifyRequest>(), http.getResponse<FastifyReply>());
  }

  render(error: unknown, request: FastifyRequest, reply: FastifyReply): void {
    if (reply.raw.headersSent) return;
    const isOAuth = request.routeOptions.config.access?.kind === 'client';
    if (isOAuth || error instanceof OAuthError) this.renderOAuth(error, request, reply);
    else this.renderProblem(this.toApiError(error, request), request, reply);
  }

  private renderProblem(error: ApiError, request: FastifyRequest, reply: FastifyReply): void {
    const { headers, retryAfterSeconds, reason } = error.options;
    request.failure = { error: error.code, reason, detail: error.detail };
    if (retryAfterSeconds !== undefined) reply.header('retry-after', String(retryAfterSeconds));
    void reply
      .status(error.status)
      .headers({ ...headers })
      .header('cache-control', 'no-store')
      .header('content-type', 'application/problem+json')
      .send(JSON.stringify(toProblem(error, this.publicUrl, request.id)));
  }

  private renderOAuth(error: unknown, request: FastifyRequest, reply: FastifyReply): void {
    const failure = error instanceof OAuthError ? error : this.toOAuthError(error, request);
    request.failure = {
      error: failure.error,
      reason: failure.reason,
      detail: failure.description,
    };
    const description = `${failure.description} (request id: ${request.id})`;
    void reply
      .status(failure.options.status ?? OAUTH_ERRORS[failure.error].status)
      .headers({ ...failure.options.headers })
      .header('cache-control', 'no-store')
      .header('pragma', 'no-cache')
      .header('content-type', 'application/json; charset=utf-8')
      .send(
        JSON.stringify({
          error: failure.error,
          error_description: toErrorDescription(description),
        }),
      );
  }

  private toOAuthError(error: unknown, request: FastifyRequest): OAuthError {
    const problem = this.toApiError(error, request);
    if (problem.status === 503) {
      return new OAuthError('temporarily_unavailable', 'unavailable', problem.detail, {
        status: 503,
        headers: { 'retry-after': '1' },
      });
    }
    if (problem.code === 'unsupported_media_type') {
      return new OAuthError('invalid_request', problem.code, CLIENT_MEDIA_TYPES, { status: 415 });
    }
    return problem.status >= 500
      ? new OAuthError('server_error', 'internal_error', problem.detail)
      : new OAuthError('invalid_request', problem.code, problem.detail, { status: problem.status });
  }

  private toApiError(error: unknown, request: FastifyRequest): ApiError {
    if (error instanceof ApiError) return error;
    const status = statusOf(error);
    if (status !== undefined && status < 500) {
      const { image } = request.routeOptions.config;
      return status === 415 && image ? noImage(image) : fromStatus(status, error);
    }
    const unavailable = isDatabaseUnavailable(error);
    this.logger.pino.error(
      { requestId: request.id, err: describe(error) },
      unavailable ? 'the database does not answer' : 'unexpected error',
    );
    return unavailable
      ? new ApiError('service_unavailable', 'The database cannot be reached; try again soon.', {
          retryAfterSeconds: 1,
        })
      : new ApiError(
          'internal_error',
          'Something went wrong on our side. Nothing that was confirmed is lost. When you report this, name the request id.',
        );
  }
}

function statusOf(error: unknown): number | undefined {
  if (error instanceof HttpException) return error.getStatus();
  const status = (error as { statusCode?: unknown } | null)?.statusCode;
  return typeof status === 'number' ? status : undefined;
}

const BY_STATUS: Record<number, ProblemCode> = {
  400: 'malformed_request',
  401: 'session_required',
  403: 'forbidden',
  404: 'not_found',
  405: 'method_not_allowed',
  408: 'request_timeout',
  413: 'payload_too_large',
  415: 'unsupported_media_type',
};

const BY_STATUS_DETAIL: Partial<Record<ProblemCode, string>> = {
  malformed_request:
    'The request cannot be read. Check that the body is what its Content-Type says.',
  not_found: 'There is nothing at this address. Compare method and path with /docs.',
  payload_too_large: 'The body is larger than this endpoint takes.',
  unsupported_media_type: 'Send the body with Content-Type: application/json.',
};

/** The clients' endpoints take the form that RFC 6749 asks for, too. */
const CLIENT_MEDIA_TYPES =
  'Send the body as a form or as JSON, with the Content-Type application/x-www-form-urlencoded or application/json.';

function fromStatus(status: number, error: unknown): ApiError {
  const code = BY_STATUS[status] ?? 'malformed_request';
  return new ApiError(code, BY_STATUS_DETAIL[code] ?? (error as Error).message, { status });
}

/** What the log may hold: never a statement's parameters, which may be secrets. */
function describe(error: unknown): object {
  if (!(error instanceof Error)) return { message: 'a value that is not an Error was thrown' };
  const { code, constraint } = error as { code?: string; constraint?: string };
  return { name: error.name, message: error.message, code, constraint, stack: error.stack };
}
