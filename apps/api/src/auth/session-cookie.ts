import { Inject, Injectable } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { CONFIG, type RuntimeConfig } from '../config/config.module.js';
import { SECOND } from '../config/clock.js';
import { hostCookie, type HostCookie } from './host-cookie.js';
import { LONGEST_SESSION_MS } from './sessions.service.js';

@Injectable()
export class SessionCookie {
  private readonly cookie: HostCookie;

  constructor(@Inject(CONFIG) config: RuntimeConfig) {
    this.cookie = hostCookie('session', config);
  }

  read(request: FastifyRequest): string | undefined {
    return request.cookies[this.cookie.name];
  }

  set(reply: FastifyReply, secret: string): void {
    const { name, attributes } = this.cookie;
    reply.setCookie(name, secret, { ...attributes, maxAge: LONGEST_SESSION_MS / SECOND });
  }

  clear(reply: FastifyReply): void {
    reply.clearCookie(this.cookie.name, this.cookie.attributes);
  }
}
