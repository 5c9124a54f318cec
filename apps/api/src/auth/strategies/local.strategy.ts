import { Injectable } from '@nestjs/common';
import { PassportStrategy } from '@nestjs/passport';
import type { FastifyRequest } from 'fastify';
import { randomUUID } from 'node:crypto';
import { Strategy } from 'passport-local';
import { Credentials, type VerifiedCredentials } from '../credentials.js';
import { KnownDevices } from '../known-devices.js';

/** Passport names strategies globally, and a process may run several applications, as tests do. */
class OwnNameStrategy extends Strategy {
  override readonly name = `local ${randomUUID()}`;
}

/** Takes e-mail address and password from the body of the sign-in request, for `SignInGuard`. */
@Injectable()
export class LocalStrategy extends PassportStrategy(OwnNameStrategy) {
  constructor(
    private readonly credentials: Credentials,
    private readonly devices: KnownDevices,
  ) {
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
    const { ip, signal } = request;
    const deviceCookie = this.devices.read(request);
    return this.credentials.verify({
      purpose: 'sign_in',
      email,
      password,
      ip,
      deviceCookie,
      signal,
    });
  }
}
