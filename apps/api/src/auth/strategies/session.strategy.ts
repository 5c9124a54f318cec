import { Injectable } from '@nestjs/common';
import { PassportStrategy } from '@nestjs/passport';
import type { FastifyRequest } from 'fastify';
import type { SessionCaller } from '../../http/access.js';
import { SessionCookie } from '../session-cookie.js';
import { SessionsService } from '../sessions.service.js';
import { RequestStrategy } from './request.strategy.js';

/** A portal user by the session cookie. */
@Injectable()
export class SessionStrategy extends PassportStrategy(RequestStrategy, 'portal-session') {
  constructor(
    private readonly cookie: SessionCookie,
    private readonly sessions: SessionsService,
  ) {
    super();
  }

  async validate(request: FastifyRequest): Promise<SessionCaller | null> {
    const secret = this.cookie.read(request);
    return secret === undefined ? null : this.sessions.findCaller(secret);
  }
}
