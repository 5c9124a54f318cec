import { Injectable } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import type { SessionCaller } from '../../http/access.js';
import { SessionCookie } from '../session-cookie.js';
import { SessionsService } from '../sessions.service.js';

/** Authenticates a portal user by the session cookie. */
@Injectable()
export class SessionStrategy {
  constructor(
    private readonly cookie: SessionCookie,
    private readonly sessions: SessionsService,
  ) {}

  async validate(request: FastifyRequest): Promise<SessionCaller | null> {
    const secret = this.cookie.read(request);
    return secret === undefined ? null : this.sessions.findCaller(secret);
  }
}
