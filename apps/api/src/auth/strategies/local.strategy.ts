import { Injectable } from '@nestjs/common';
import { PassportStrategy } from '@nestjs/passport';
import type { FastifyRequest } from 'fastify';
import { Strategy } from 'passport-local';
import { Credentials, type VerifiedCredentials } from '../credentials.js';

/** E-mail address and password from the body of the sign-in request. */
@Injectable()
export class LocalStrategy extends PassportStrategy(Strategy, 'local') {
  constructor(private readonly credentials: Credentials) {
    super({
      usernameField: 'resource[email]',
      passwordField: 'resource[password]',
      passReqToCallback: true,
    });
  }

  validate(
    request: FastifyRequest,
    email: string,
    password: string,
  ): Promise<VerifiedCredentials | null> {
    return this.credentials.verify(email, password, request.ip);
  }
}
