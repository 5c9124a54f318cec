import {
  Body,
  Controller,
  Delete,
  Get,
  HttpCode,
  Param,
  ParseUUIDPipe,
  Patch,
  Query,
} from '@nestjs/common';
import { ApiNoContentResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { CurrentCaller, RequireSession, type SessionCaller } from '../http/access.js';
import { notFound } from '../http/api-error.js';
import {
  ApiProblems,
  ApiResource,
  ApiResources,
  type ResourceEnvelope,
  type ResourcesEnvelope,
} from '../http/envelope.js';
import { AccountPolicies } from './account-policies.service.js';
import { ApprovalRequests } from './approval-requests.js';
import {
  ApprovalAnswerRequest,
  ApprovalRequestDto,
  ApprovalRequestsQuery,
} from './approval-requests.dto.js';
import { ApprovalRequestsOverview } from './approval-requests-overview.js';

const requestPipe = new ParseUUIDPipe({ exceptionFactory: () => notFound('The request') });

@ApiTags('Account policy')
@Controller('user/v7/approval-requests')
export class ApprovalRequestsController {
  constructor(
    private readonly overview: ApprovalRequestsOverview,
    private readonly requests: ApprovalRequests,
    private readonly policies: AccountPolicies,
  ) {}

  @Get()
  @RequireSession()
  @ApiOperation({
    summary: 'List requests for the approval of an application, latest first',
    description: 'A member’s own, an admin’s whole account.',
  })
  @ApiResources(ApprovalRequestDto)
  @ApiProblems(400, 401)
  list(
    @CurrentCaller() caller: SessionCaller,
    @Query() query: ApprovalRequestsQuery,
  ): Promise<ResourcesEnvelope<ApprovalRequestDto>> {
    return this.overview.list(caller, query);
  }

  @Patch(':id')
  @RequireSession('admin')
  @ApiOperation({
    summary: 'Approve or decline a request',
    description:
      'Approving allows the application for everybody in the account, and answers all requests for it.',
  })
  @ApiResource(ApprovalRequestDto)
  @ApiProblems(400, 401, 403, 404, 409)
  async answer(
    @CurrentCaller() caller: SessionCaller,
    @Param('id', requestPipe) id: string,
    @Body() { resource: { status, answer = '' } }: ApprovalAnswerRequest,
  ): Promise<ResourceEnvelope<ApprovalRequestDto>> {
    if (status === 'approved') await this.policies.approve(caller, id, answer.trim());
    else await this.policies.decline(caller, id, answer.trim());
    return { resource: await this.overview.find(caller, id) };
  }

  @Delete(':id')
  @RequireSession()
  @HttpCode(204)
  @ApiOperation({ summary: 'Withdraw one’s own open request' })
  @ApiNoContentResponse({ description: 'Withdrawn' })
  @ApiProblems(401, 404, 409)
  withdraw(
    @CurrentCaller() { userId }: SessionCaller,
    @Param('id', requestPipe) id: string,
  ): Promise<void> {
    return this.requests.withdraw(userId, id);
  }

  @Delete(':id/continuation')
  @RequireSession()
  @HttpCode(204)
  @ApiOperation({
    summary: 'Forget the authorization request that waits',
    description:
      'For a person who goes back to the application without an answer: it must start again later. The request for the approval stays.',
  })
  @ApiNoContentResponse({ description: 'Forgotten' })
  @ApiProblems(401, 404)
  giveUp(
    @CurrentCaller() { userId }: SessionCaller,
    @Param('id', requestPipe) id: string,
  ): Promise<void> {
    return this.requests.giveUpContinuation(userId, id);
  }
}
