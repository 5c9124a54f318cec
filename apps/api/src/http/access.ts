import { applyDecorators, createParamDecorator, SetMetadata } from '@nestjs/common';
import type { ExecutionContext } from '@nestjs/common';
import { RouteConfig } from '@nestjs/platform-fastify';
import { ApiCookieAuth, ApiExtension, ApiOAuth2 } from '@nestjs/swagger';
import type { Scope } from '@flixcheck/oauth-protocol';
import type { FastifyContextConfig, FastifyRequest } from 'fastify';

export type Role = 'member' | 'admin' | 'operator';

/**
 * Who may call a route. Every route declares exactly one; the guard refuses a route that declares
 * nothing. The same declaration feeds CORS and OpenAPI.
 */
export type Access =
  | { kind: 'anyone'; cors: boolean; stateChanging: boolean }
  | { kind: 'client'; cors: boolean }
  | { kind: 'session'; roles: readonly Role[]; developer?: true }
  | { kind: 'bearer'; scope: Scope; cors: true }
  | { kind: 'session-or-bearer'; scope: Scope; cors: true };

export const ACCESS = Symbol('access');

function declare(access: Access, ...more: (MethodDecorator & ClassDecorator)[]) {
  return applyDecorators(
    SetMetadata(ACCESS, access),
    RouteConfig({ access }),
    ApiExtension('x-access', access),
    ...more,
  );
}

/** Needs no credentials. `cors`: browsers may read the answer from any origin. */
export const AllowAnyone = (options: { cors?: boolean } = {}) =>
  declare({ kind: 'anyone', cors: options.cors ?? false, stateChanging: false });

/** Needs no session but starts one, so it is protected from other sites like a session request. */
export const AllowSignIn = () => declare({ kind: 'anyone', cors: false, stateChanging: true });

/**
 * An OAuth client that authenticates itself in the request; errors are flat (RFC 6749 §5.2).
 * @param config what else hooks need to know about the route
 */
export const AllowClient = (
  options: { cors?: boolean } = {},
  config: Omit<FastifyContextConfig, 'access'> = {},
) => {
  const access: Access = { kind: 'client', cors: options.cors ?? true };
  return declare(access, RouteConfig({ ...config, access }));
};

/**
 * What somebody has to do before anything else: replace a password that somebody else has set, then set
 * up a second factor.
 */
export const DUTIES = ['password', 'factor'] as const;
export type Duty = (typeof DUTIES)[number];

export const ALLOWED_DUTIES = Symbol('allowed-duties');

/** Works for a session whose user still has to do one of these. */
export const AllowWithDuty = (...duties: Duty[]) => SetMetadata(ALLOWED_DUTIES, duties);

/** A portal session, of one of these roles if any are given. */
export const RequireSession = (...roles: Role[]) =>
  declare({ kind: 'session', roles }, ApiCookieAuth('session') as MethodDecorator & ClassDecorator);

/**
 * A portal session of a developer of the client that `:id` of the path names. For everybody else,
 * there is no such client.
 */
export const RequireDeveloper = () =>
  declare(
    { kind: 'session', roles: [], developer: true },
    ApiCookieAuth('session') as MethodDecorator & ClassDecorator,
  );

/** An access token with this scope. */
export const RequireBearer = (scope: Scope) =>
  declare({ kind: 'bearer', scope, cors: true }, ApiOAuth2([scope], 'oauth2'));

/** A portal session, or an access token with this scope. */
export const RequireSessionOrBearer = (scope: Scope) =>
  declare(
    { kind: 'session-or-bearer', scope, cors: true },
    ApiCookieAuth('session') as MethodDecorator & ClassDecorator,
    ApiOAuth2([scope], 'oauth2'),
  );

export interface SessionCaller {
  via: 'session';
  sessionId: string;
  userId: string;
  accountId: string;
  role: Role;
  /** They have signed in, or proved again who they are, within `PROOF_LASTS_MS`. */
  freshlyProven: boolean;
  /** What they have to do before anything else; the first of several. */
  duty?: Duty;
}

export interface BearerCaller {
  via: 'bearer';
  userId: string;
  accountId: string;
  connectionId: string;
  clientId: string;
  scope: string;
}

/** Who a request acts for, as the guard has established. */
export type Caller = SessionCaller | BearerCaller;

declare module 'fastify' {
  interface FastifyRequest {
    caller?: Caller;
  }
  interface FastifyContextConfig {
    access?: Access;
  }
}

/** The caller of a route that requires a session, a bearer token, or either. */
export const CurrentCaller = createParamDecorator((_: unknown, context: ExecutionContext) => {
  const { caller } = context.switchToHttp().getRequest<FastifyRequest>();
  if (!caller) throw new Error('CurrentCaller on a route that authenticates nobody');
  return caller;
});
