import { Body, Controller, Get, Param, ParseUUIDPipe, Post, Query } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { type Caller, CurrentCaller, RequireSessionOrBearer } from '../http/access.js';
import { notFound } from '../http/api-error.js';
import {
  ApiProblems,
  ApiResource,
  ApiResources,
  PageQuery,
  type ResourceEnvelope,
  type ResourcesEnvelope,
} from '../http/envelope.js';
import { CheckCreateRequest, CheckDto } from './checks.dto.js';
import { ChecksService } from './checks.service.js';

const checkId = new ParseUUIDPipe({ exceptionFactory: () => notFound('The check') });

@ApiTags('Checks')
@Controller('user/v7/checks')
export class ChecksController {
  constructor(private readonly checks: ChecksService) {}

  @Post()
  @RequireSessionOrBearer('readwrite')
  @ApiOperation({
    summary: 'Create a check',
    description: 'If a client creates it for a user, `createdVia` names the client.',
  })
  @ApiResource(CheckDto, { status: 201 })
  @ApiProblems(400, 401, 403, 415)
  async create(
    @CurrentCaller() caller: Caller,
    @Body() body: CheckCreateRequest,
  ): Promise<ResourceEnvelope<CheckDto>> {
    return { resource: await this.checks.create(caller, body.resource) };
  }

  @Get()
  @RequireSessionOrBearer('read')
  @ApiOperation({ summary: 'List the account’s checks, latest first' })
  @ApiResources(CheckDto)
  @ApiProblems(400, 401, 403)
  list(
    @CurrentCaller() caller: Caller,
    @Query() page: PageQuery,
  ): Promise<ResourcesEnvelope<CheckDto>> {
    return this.checks.list(caller, page);
  }

  @Get(':id')
  @RequireSessionOrBearer('read')
  @ApiOperation({ summary: 'See a check' })
  @ApiResource(CheckDto)
  @ApiProblems(401, 403, 404)
  async find(
    @CurrentCaller() caller: Caller,
    @Param('id', checkId) id: string,
  ): Promise<ResourceEnvelope<CheckDto>> {
    return { resource: await this.checks.find(caller, id) };
  }
}
