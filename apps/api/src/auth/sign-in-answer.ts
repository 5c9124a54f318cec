import { Injectable } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { ApprovalRequestsOverview } from '../account-policy/approval-requests-overview.js';
import { EndReminders } from '../connections/end-reminders.js';
import { ClientDevelopers } from '../oauth-clients/client-developers.js';
import type { UserRecord } from '../users/users.service.js';
import { FactorDuty } from './factor-duty.js';
import { KnownDevices } from './known-devices.js';
import { SessionCookie } from './session-cookie.js';
import { type CurrentSessionDto, toCurrentSession } from './sessions.dto.js';
import type { SessionRecord } from './sessions.service.js';
import type { SignedIn, SigningInDevice } from './sign-in.service.js';

/** What all ways to sign in have in common: what they read of the request, and what they answer. */
@Injectable()
export class SignInAnswer {
  constructor(
    private readonly developers: ClientDevelopers,
    private readonly duty: FactorDuty,
    private readonly cookie: SessionCookie,
    private readonly devices: KnownDevices,
    private readonly reminders: EndReminders,
    private readonly requests: ApprovalRequestsOverview,
  ) {}

  deviceOf(request: FastifyRequest): SigningInDevice {
    const { ip, headers } = request;
    return {
      ip,
      userAgent: headers['user-agent'],
      oldSecret: this.cookie.read(request),
      deviceCookie: this.devices.read(request),
    };
  }

  /** Sets the cookies of the session and of the browser, which is known from now on. */
  async give(
    request: FastifyRequest,
    reply: FastifyReply,
    { session, secret, user }: SignedIn,
  ): Promise<CurrentSessionDto> {
    this.cookie.set(reply, secret);
    this.devices.remember(request, reply, user.email, session.createdAt);
    return this.describe(session, user);
  }

  /** Who is signed in: the same right after the sign-in and later. */
  async describe(session: SessionRecord, user: UserRecord): Promise<CurrentSessionDto> {
    const [developer, duties, endingConnections, approvalRequests] = await Promise.all([
      this.developers.developsAny(user.id),
      this.duty.of(user.id),
      this.reminders.count(user.id),
      this.requests.countCurrent(user.id),
    ]);
    const news = { endingConnections, approvalRequests };
    return toCurrentSession(session, user, { developer, news, ...duties });
  }
}
