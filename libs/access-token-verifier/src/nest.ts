import {
  type CanActivate,
  createParamDecorator,
  type ExecutionContext,
  HttpException,
  Inject,
  Injectable,
  ServiceUnavailableException,
  SetMetadata,
} from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import { type AccessTokenClaims, AccessTokenError } from './access-token.js';
import { scopeAllows } from './scope.js';
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
  constructor(
    private readonly reflector: Reflector,
    private readonly verifier: AccessTokenVerifier,
    @Inject(RESOURCE_METADATA) private readonly resourceMetadata: string,
  ) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    const needed = this.reflector.getAllAndOverride<string | undefined>(SCOPE, [
      context.getHandler(),
      context.getClass(),
    ]);
    const http = context.switchToHttp();
    const request = http.getRequest<AuthorizedRequest>();
    const refuse = (status: 401 | 403, error?: string, description?: string, scope?: string) => {
      const parameters = [
        `resource_metadata="${this.resourceMetadata}"`,
        ...(error ? [`error="${error}"`] : []),
        ...(description ? [`error_description="${description}"`] : []),
        ...(scope ? [`scope="${scope}"`] : []),
      ];
      http
        .getResponse<HeaderResponse>()
        .header('WWW-Authenticate', `Bearer ${parameters.join(', ')}`);
      return new HttpException({ error, error_description: description }, status);
    };
    if (!needed) throw refuse(403, 'insufficient_scope', 'This route is not open to applications.');
    const authorization = String(request.headers['authorization'] ?? '');
    const token = /^Bearer +([\w\-.~+/]+=*)$/i.exec(authorization)?.[1];
    if (token === undefined) {
      // A caller that sent none is told nothing about it (RFC 6750 §3.1).
      const offered = /^Bearer( |$)/i.test(authorization);
      throw offered ? refuse(401, 'invalid_token', 'There is no access token.') : refuse(401);
    }
    const claims = await this.verify(token, (message) => refuse(401, 'invalid_token', message));
    if (!scopeAllows(claims.scope, needed)) {
      throw refuse(403, 'insufficient_scope', `This takes the scope ${needed}.`, needed);
    }
    request.accessToken = claims;
    return true;
  }

  private async verify(
    token: string,
    refuse: (message: string) => HttpException,
  ): Promise<AccessTokenClaims> {
    try {
      return await this.verifier.verify(token);
    } catch (error) {
      if (error instanceof AccessTokenError) throw refuse(error.message);
      // Nobody can tell whether the token is good: it must not be let through.
      throw new ServiceUnavailableException('The token cannot be checked at the moment.');
    }
  }
}
