import type { FastifyReply, FastifyRequest } from 'fastify';
import passport from 'passport';
import { Strategy } from 'passport-strategy';

type Done = (error: unknown, caller?: unknown) => void;

/** A passport strategy whose callback decides from the request alone. */
export class RequestStrategy extends Strategy {
  constructor(private readonly decide: (request: FastifyRequest, done: Done) => void) {
    super();
  }

  override authenticate(request: unknown): void {
    this.decide(request as FastifyRequest, (error, caller) => {
      if (error) this.error(error as Error);
      else if (caller) this.success(caller);
      else this.fail(401);
    });
  }
}

/**
 * Runs a strategy on a request.
 * @returns what its `validate` returned, null where that was nothing
 * @throws what its `validate` threw
 */
export function authenticate<Result>(
  strategy: Strategy & { validate(...args: never[]): Promise<Result | null> },
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<Result | null> {
  return new Promise((resolve, reject) => {
    const settle = (error: unknown, result?: Result | false | null): void => {
      if (error) reject(error as Error);
      else resolve(result || null);
    };
    // Passport hangs its callbacks on the strategy: each request needs an object of its own. By
    // object, not by name: names are global, and a process may hold more than one application.
    const attempt = Object.create(strategy) as Strategy;
    passport.authenticate(attempt, { session: false }, settle)(request, reply, settle);
  });
}
