import { Body, Controller, Get, Patch } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { CurrentCaller, RequireSession, type SessionCaller } from '../http/access.js';
import { ApiProblems, ApiResource, type ResourceEnvelope } from '../http/envelope.js';
import { OPTIONAL_KINDS, type OptionalKind } from '../mail/optional-kinds.js';
import { ClientDevelopers } from '../oauth-clients/client-developers.js';
import { NoticeChoices } from '../users/notice-choices.js';
import { ChooseNoticesRequest, NoticeChoicesDto } from './notices.dto.js';

/** Those that not everybody gets. */
const AUDIENCE: Partial<Record<OptionalKind, 'admin' | 'operator' | 'developer'>> = {
  'approval-requested': 'admin',
  'client-change-requested': 'operator',
  'client-change-decided': 'developer',
};

@ApiTags('Users')
@Controller('user/v7/users/me/notices')
export class NoticesController {
  constructor(
    private readonly choices: NoticeChoices,
    private readonly developers: ClientDevelopers,
  ) {}

  @Get()
  @RequireSession()
  @ApiOperation({
    summary: 'Which mails I may do without',
    description: 'Of those that concern somebody of my role.',
  })
  @ApiResource(NoticeChoicesDto)
  @ApiProblems(401, 403)
  async get(@CurrentCaller() caller: SessionCaller): Promise<ResourceEnvelope<NoticeChoicesDto>> {
    return { resource: await this.describe(caller) };
  }

  @Patch()
  @RequireSession()
  @ApiOperation({ summary: 'Choose which mails I do without' })
  @ApiResource(NoticeChoicesDto)
  @ApiProblems(400, 401, 403, 415)
  async choose(
    @CurrentCaller() caller: SessionCaller,
    @Body() { resource }: ChooseNoticesRequest,
  ): Promise<ResourceEnvelope<NoticeChoicesDto>> {
    await this.choices.mute(caller.userId, resource.muted);
    return { resource: await this.describe(caller) };
  }

  private async describe({ userId, role }: SessionCaller): Promise<NoticeChoicesDto> {
    const muted = await this.choices.mutedBy(userId);
    const develops = await this.developers.developsAny(userId);
    const concerns = OPTIONAL_KINDS.filter((kind) => {
      const whom = AUDIENCE[kind];
      return whom === undefined || whom === role || (whom === 'developer' && develops);
    });
    return { notices: concerns.map((kind) => ({ kind, wanted: !muted.has(kind) })) };
  }
}
