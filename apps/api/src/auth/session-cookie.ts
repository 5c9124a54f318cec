import { Inject, Injectable } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { CONFIG, type RuntimeConfig } from '../config/config.module.js';
import { SECOND } from '../config/clock.js';
import { ABSOLUTE_MS } from './sessions.service.js';

/** The session cookie; `__Host-` keeps other hosts from setting it (RFC 6265bis §4.1.3.2). */
@Injectable()
export class SessionCookie {
  readonly name: string;
  private readonly attributes;

  constructor(@Inject(CONFIG) config: RuntimeConfig) {
    const secure = config.publicUrl.startsWith('https:');
    this.name = secure ? '__Host-session' : 'session';
    this.attributes = { httpOnly: true, sameSite: 'lax', path: '/', secure } as const;
  }

  read(request: FastifyRequest): string | undefined {
    return request.cookies[this.name];
  }

  set(reply: FastifyReply, secret: string): void {
    reply.setCookie(this.name, secret, { ...this.attributes, maxAge: ABSOLUTE_MS / SECOND });
  }

  clear(reply: FastifyReply): void {
    reply.clearCookie(this.name, this.attributes);
  }
}
