import { type ExecutionContext, Injectable } from '@nestjs/common';
import { AuthGuard } from '@nestjs/passport';
import type { FastifyRequest } from 'fastify';
import { validationPipe } from '../http/validation.js';
import { invalidCredentials, type VerifiedCredentials } from './credentials.js';
import { SignInRequest } from './sessions.dto.js';
import { SignInMetrics } from './sign-in-metrics.js';
import { LocalStrategy } from './strategies/local.strategy.js';

declare module 'fastify' {
  interface FastifyRequest {
    /** Set by `SignInGuard` once they have proved right. */
    credentials?: VerifiedCredentials;
  }
}

/** Lets a request through if its e-mail address and password are right (passport-local). */
@Injectable()
export class SignInGuard extends AuthGuard() {
  private readonly pipe = validationPipe();

  constructor(
    strategy: LocalStrategy,
    private readonly metrics: SignInMetrics,
  ) {
    super({ defaultStrategy: strategy.name, property: 'credentials' });
  }

  /**
   * Guards run before pipes, and passport-local would take credentials from the query too, so the
   * body is validated here first.
   */
  override async canActivate(context: ExecutionContext): Promise<boolean> {
    const { body } = context.switchToHttp().getRequest<FastifyRequest>();
    await this.pipe.transform(body, { type: 'body', metatype: SignInRequest });
    return (await super.canActivate(context)) as boolean;
  }

  /** @throws ApiError invalid_credentials; whatever `validate` has thrown */
  override handleRequest<User>(error: unknown, user: User | false | null): User {
    if (!error && user) return user;
    const refusal = error ?? invalidCredentials();
    this.metrics.refusal(refusal);
    throw refusal;
  }
}
