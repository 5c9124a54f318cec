import {
  type CanActivate,
  createParamDecorator,
  type ExecutionContext,
  HttpException,
  Inject,
  Injectable,
  Logger,
  ServiceUnavailableException,
  SetMetadata,
} from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import type { AccessTokenClaims } from './access-token.js';
import { authorize, BearerError, outOfScope } from './bearer.js';
import { AccessTokenVerifier } from './verifier.js';

const SCOPE = Symbol('required scope');

/** The scope that a controller or handler needs. A route without one is refused. */
export const RequireScope = (scope: string) => SetMetadata(SCOPE, scope);

/** The claims of the token that a request came with. */
export const CurrentAccessToken = createParamDecorator(
  (_: unknown, context: ExecutionContext) =>
    context.switchToHttp().getRequest<AuthorizedRequest>().accessToken,
);

/** What tells a client where to get a token (RFC 9728 §5.1). */
export const RESOURCE_METADATA = Symbol('URL of the protected resource metadata');

const LOGGED_EVERY_MS = 10_000;

interface AuthorizedRequest {
  headers: Record<string, string | string[] | undefined>;
  accessToken?: AccessTokenClaims;
}

interface HeaderResponse {
  /** Fastify's reply and Express's response have both. */
  header(name: string, value: string): unknown;
}

/** Guards routes of a Nest application, on Express or Fastify, with access tokens (RFC 6750). */
@Injectable()
export class AccessTokenGuard implements CanActivate {
  private readonly logger = new Logger(AccessTokenGuard.name);
  private loggedAt = -Infinity;

  constructor(
    private readonly reflector: Reflector,
    private readonly verifier: AccessTokenVerifier,
    @Inject(RESOURCE_METADATA) private readonly resourceMetadata: string,
  ) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    const scope = this.reflector.getAllAndOverride<string | undefined>(SCOPE, [
      context.getHandler(),
      context.getClass(),
    ]);
    const http = context.switchToHttp();
    const request = http.getRequest<AuthorizedRequest>();
    const { resourceMetadata } = this;
    try {
      if (!scope) throw outOfScope('This route is not open to applications.', { resourceMetadata });
      const authorization = String(request.headers['authorization'] ?? '');
      request.accessToken = await authorize(this.verifier, authorization, {
        scope,
        resourceMetadata,
      });
      return true;
    } catch (error) {
      if (!(error instanceof BearerError)) throw error;
      this.logOutage(error);
      for (const [name, value] of Object.entries(error.headers)) {
        http.getResponse<HeaderResponse>().header(name, value);
      }
      throw asHttpException(error);
    }
  }

  /** Nest logs no exception of HTTP; without the reason, nobody would find a wrong secret. */
  private logOutage({ status, message, cause }: BearerError): void {
    if (status !== 503 || Date.now() - this.loggedAt < LOGGED_EVERY_MS) return;
    this.loggedAt = Date.now();
    this.logger.error(`${message} ${cause instanceof Error ? cause.message : ''}`.trim());
  }
}

function asHttpException({ status, message, error, cause }: BearerError): HttpException {
  if (status === 503) return new ServiceUnavailableException(message, { cause });
  // Whoever sent no token is told nothing about it.
  const body = error === undefined ? {} : { error, error_description: message };
  return new HttpException(body, status, { cause });
}
