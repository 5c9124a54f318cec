import { type CanActivate, type ExecutionContext, Inject, Injectable } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import { scopeAllows, type Scope } from '@flixcheck/oauth-protocol';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { CONFIG, type RuntimeConfig } from '../config/config.module.js';
import { ConnectionUsage } from '../connections/connection-usage.js';
import {
  ACCESS,
  type Access,
  ALLOWED_DUTIES,
  type BearerCaller,
  type Duty,
  type Role,
  type SessionCaller,
} from '../http/access.js';
import { ApiError, type ProblemCode } from '../http/api-error.js';
import { authorizationHeaders } from '../http/authorization-headers.js';
import { NEEDS_PROOF, requireIdentityProof } from '../http/identity-proof.js';
import { ClientDevelopers } from '../oauth-clients/client-developers.js';
import { explanation } from '../oauth-clients/request-explanation.js';
import { AppLogger } from '../telemetry/app-logger.js';
import { bearerRefusal, isBearer, RefusedToken } from './bearer.js';
import { RefusedCalls } from './refused-calls.js';
import { assertFromPortal, isStateChanging } from './request-origin.js';
import { SessionCookie } from './session-cookie.js';
import { AccessTokenStrategy } from './strategies/access-token.strategy.js';
import { SessionStrategy } from './strategies/session.strategy.js';

interface Problem {
  code: ProblemCode;
  detail: string;
}

const SESSION_REQUIRED: Problem = {
  code: 'session_required',
  detail: 'Sign in: there is no session, or it has ended.',
};
const TOKEN_REQUIRED: Problem = {
  code: 'invalid_token',
  detail: 'Send an access token: Authorization: Bearer …',
};

const OWED: Readonly<Record<Duty, Problem>> = {
  // Whoever has set the password must not set a factor up with it.
  password: {
    code: 'password_change_required',
    detail:
      'Somebody else has set your password. First choose one of your own: POST /user/v7/users/me/password.',
  },
  factor: {
    code: 'second_factor_setup_required',
    detail:
      'Your company, or this installation, requires a second factor. First set up a passkey or an authenticator app.',
  },
};

/**
 * The one place that decides who may call a route. It reads the route's declaration (http/access)
 * and refuses a route that has none, so that nothing is open because somebody forgot.
 */
@Injectable()
export class AccessGuard implements CanActivate {
  constructor(
    private readonly reflector: Reflector,
    private readonly sessions: SessionStrategy,
    private readonly tokens: AccessTokenStrategy,
    private readonly cookie: SessionCookie,
    private readonly usage: ConnectionUsage,
    private readonly developers: ClientDevelopers,
    private readonly refused: RefusedCalls,
    private readonly logger: AppLogger,
    @Inject(CONFIG) private readonly config: RuntimeConfig,
  ) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    const declared = [context.getHandler(), context.getClass()];
    const access = this.reflector.getAllAndOverride<Access | undefined>(ACCESS, declared);
    const http = context.switchToHttp();
    const request = http.getRequest<FastifyRequest>();
    const reply = http.getResponse<FastifyReply>();
    // An answer to credentials is for its caller alone (RFC 6749 §5.1, RFC 9111 §5.2.2.5).
    if (access?.kind !== 'anyone') void reply.header('cache-control', 'no-store');
    switch (access?.kind) {
      case 'anyone':
        if (access.stateChanging) assertFromPortal(request, this.config.publicUrl);
        return true;
      case 'client':
        return true;
      case 'session':
        request.caller = await this.requireSession(request, access.roles);
        this.requireSetUp(request.caller, declared);
        if (access.developer) await this.requireDeveloper(request, request.caller);
        if (this.reflector.get(NEEDS_PROOF, context.getHandler())) {
          requireIdentityProof(request.caller);
        }
        return true;
      case 'bearer':
        request.caller = await this.requireBearer(request, access.scope);
        return true;
      case 'session-or-bearer':
        request.caller = await this.requireEither(request, access.scope);
        if (request.caller.via === 'session') this.requireSetUp(request.caller, declared);
        return true;
      default:
        this.logger.error(`${request.method} ${request.routeOptions.url} declares no access`);
        throw new ApiError('forbidden', 'This address is not open to anybody.');
    }
  }

  private async requireSession(
    request: FastifyRequest,
    roles: readonly Role[],
  ): Promise<SessionCaller> {
    if (authorizationHeaders(request).some(isBearer)) {
      throw new ApiError(
        'session_required',
        'An access token cannot do this: it takes a user who is signed in to the portal.',
        { status: 403 },
      );
    }
    const caller = await this.sessionOf(request);
    if (!caller) throw new ApiError(SESSION_REQUIRED.code, SESSION_REQUIRED.detail);
    if (roles.length > 0 && !roles.includes(caller.role)) {
      throw new ApiError('forbidden', `This takes the role ${roles.join(' or ')}.`);
    }
    return caller;
  }

  /** Third parties' tokens go on: what they may do has been granted before. */
  private requireSetUp(
    { duty }: SessionCaller,
    declared: Parameters<Reflector['getAllAndOverride']>[1],
  ) {
    if (!duty) return;
    const allowed = this.reflector.getAllAndOverride<readonly Duty[] | undefined>(
      ALLOWED_DUTIES,
      declared,
    );
    if (allowed?.includes(duty)) return;
    const { code, detail } = OWED[duty];
    throw new ApiError(code, detail);
  }

  private async requireDeveloper(request: FastifyRequest, { userId }: SessionCaller) {
    const { id } = request.params as { id: string };
    await this.developers.requireDeveloper(id, userId);
  }

  private async requireEither(
    request: FastifyRequest,
    scope: Scope,
  ): Promise<SessionCaller | BearerCaller> {
    // A request with an Authorization header is judged by that header, not by its cookie.
    if (authorizationHeaders(request).length > 0 || this.cookie.read(request) === undefined) {
      return this.requireBearer(request, scope, SESSION_REQUIRED);
    }
    const caller = await this.sessionOf(request);
    if (!caller) throw bearerRefusal(this.config.publicUrl, SESSION_REQUIRED);
    return caller;
  }

  /** @param otherwise the problem that is reported when there is no token */
  private async requireBearer(
    request: FastifyRequest,
    scope: Scope,
    otherwise: Problem = TOKEN_REQUIRED,
  ): Promise<BearerCaller> {
    const startedAt = performance.now();
    try {
      const caller = await this.tokens.validate(request);
      if (!caller) throw bearerRefusal(this.config.publicUrl, otherwise);
      if (!scopeAllows(caller.scope, scope)) throw this.insufficientScope(caller, scope);
      this.usage.record(caller.connectionId);
      return caller;
    } catch (error) {
      if (error instanceof RefusedToken) this.refused.note(request, error, startedAt);
      throw error;
    }
  }

  private insufficientScope(caller: BearerCaller, needed: Scope): RefusedToken {
    const description = `This takes the scope ${needed}.`;
    const answer = bearerRefusal(
      this.config.publicUrl,
      { code: 'insufficient_scope', detail: description },
      { error: 'insufficient_scope', description, scope: needed },
    );
    const { scope } = caller;
    const said = explanation('scope_insufficient', { scope, needed });
    return new RefusedToken(answer, caller, 'scope_insufficient', said);
  }

  private async sessionOf(request: FastifyRequest): Promise<SessionCaller | null> {
    if (this.cookie.read(request) === undefined) return null;
    if (isStateChanging(request)) assertFromPortal(request, this.config.publicUrl);
    return this.sessions.validate(request);
  }
}
