import {
  Controller,
  Delete,
  Get,
  HttpCode,
  Param,
  ParseUUIDPipe,
  Query,
  Res,
} from '@nestjs/common';
import { ApiNoContentResponse, ApiOperation, ApiParam, ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import {
  AllowWithDuty,
  CurrentCaller,
  RequireSession,
  type SessionCaller,
} from '../http/access.js';
import { notFound } from '../http/api-error.js';
import {
  ApiProblems,
  ApiResource,
  ApiResources,
  PageQuery,
  type ResourceEnvelope,
  type ResourcesEnvelope,
} from '../http/envelope.js';
import { RequireIdentityProof } from '../http/identity-proof.js';
import { UsersService } from '../users/users.service.js';
import { SessionCookie } from './session-cookie.js';
import { CurrentSessionDto, SessionDto, toSession } from './sessions.dto.js';
import { SessionsService } from './sessions.service.js';
import { SignInAnswer } from './sign-in-answer.js';

const sessionId = new ParseUUIDPipe({ exceptionFactory: () => notFound('The session') });

@ApiTags('Sessions')
@Controller('user/v7/sessions')
export class SessionsController {
  constructor(
    private readonly sessions: SessionsService,
    private readonly users: UsersService,
    private readonly answer: SignInAnswer,
    private readonly cookie: SessionCookie,
  ) {}

  @Get('current')
  @RequireSession()
  @AllowWithDuty('password', 'factor')
  @ApiOperation({ summary: 'Who am I' })
  @ApiResource(CurrentSessionDto)
  @ApiProblems(401, 403)
  async getCurrent(
    @CurrentCaller() caller: SessionCaller,
  ): Promise<ResourceEnvelope<CurrentSessionDto>> {
    const [session, user] = await Promise.all([
      this.sessions.findById(caller.sessionId),
      this.users.findById(caller.userId),
    ]);
    if (!session || !user) throw notFound('The session');
    return { resource: await this.answer.describe(session, user) };
  }

  @Delete('current')
  @RequireSession()
  @AllowWithDuty('password', 'factor')
  @HttpCode(204)
  @ApiOperation({ summary: 'Sign out' })
  @ApiNoContentResponse({ description: 'Signed out' })
  @ApiProblems(401, 403)
  async endCurrent(
    @CurrentCaller() caller: SessionCaller,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<void> {
    await this.sessions.end(caller.userId, caller.sessionId, 'signed_out');
    this.cookie.clear(reply);
  }

  @Get()
  @RequireSession()
  @ApiOperation({ summary: 'My devices', description: 'The latest sign-in first.' })
  @ApiResources(SessionDto)
  @ApiProblems(400, 401, 403)
  async list(
    @CurrentCaller() caller: SessionCaller,
    @Query() page: PageQuery,
  ): Promise<ResourcesEnvelope<SessionDto>> {
    const { resources, meta } = await this.sessions.list(caller.userId, page);
    return { resources: resources.map((session) => toSession(session, caller.sessionId)), meta };
  }

  @Delete()
  @RequireSession()
  @HttpCode(204)
  @RequireIdentityProof()
  @ApiOperation({ summary: 'Sign out everywhere else' })
  @ApiNoContentResponse({ description: 'All other sessions have ended' })
  @ApiProblems(401, 403)
  endOthers(@CurrentCaller() caller: SessionCaller): Promise<void> {
    return this.sessions.endOthers(caller.userId, caller.sessionId);
  }

  @Delete(':id')
  @RequireSession()
  @HttpCode(204)
  @RequireIdentityProof()
  @ApiOperation({ summary: 'End a session of mine' })
  @ApiParam({ name: 'id', schema: { type: 'string', format: 'uuid' } })
  @ApiNoContentResponse({ description: 'It has ended' })
  @ApiProblems(401, 403, 404)
  end(@CurrentCaller() caller: SessionCaller, @Param('id', sessionId) id: string): Promise<void> {
    return this.sessions.end(caller.userId, id, 'by_user');
  }
}
