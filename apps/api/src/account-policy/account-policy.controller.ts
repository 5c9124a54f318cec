import { Body, Controller, Get, Param, ParseUUIDPipe, Patch, Query } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { CurrentCaller, RequireSession, type SessionCaller } from '../http/access.js';
import { notFound } from '../http/api-error.js';
import {
  ApiProblems,
  ApiResource,
  ApiResources,
  PageQuery,
  type ResourceEnvelope,
  type ResourcesEnvelope,
} from '../http/envelope.js';
import { requireIdentityProof } from '../http/identity-proof.js';
import { AccountPolicies } from './account-policies.service.js';
import {
  AccountPolicyDto,
  ChangedPolicyDto,
  DecidedClientDto,
  DecisionRequest,
  PolicyChangeRequest,
  PolicyClientDto,
  PolicyEffectDto,
  PolicyEffectQuery,
} from './account-policy.dto.js';

const clientPipe = new ParseUUIDPipe({ exceptionFactory: () => notFound('The application') });

@ApiTags('Account policy')
@Controller('user/v7/account-policy')
@RequireSession('admin')
export class AccountPolicyController {
  constructor(private readonly policies: AccountPolicies) {}

  @Get()
  @ApiOperation({ summary: 'Which applications the account allows' })
  @ApiResource(AccountPolicyDto)
  @ApiProblems(401, 403)
  async find(@CurrentCaller() caller: SessionCaller): Promise<ResourceEnvelope<AccountPolicyDto>> {
    return { resource: await this.policies.find(caller) };
  }

  @Patch()
  @ApiOperation({
    summary: 'Change which applications the account allows',
    description:
      'At once: what is not allowed gets no codes and no first tokens any more. Connections that exist go on unless `endConnections` says otherwise, which takes a fresh proof of identity. Requests for what is allowed now are approved.',
  })
  @ApiResource(ChangedPolicyDto)
  @ApiProblems(400, 401, 403, 'identity_proof_required')
  async change(
    @CurrentCaller() caller: SessionCaller,
    @Body() { resource }: PolicyChangeRequest,
  ): Promise<ResourceEnvelope<ChangedPolicyDto>> {
    if (resource.endConnections) requireIdentityProof(caller);
    return { resource: await this.policies.change(caller, resource) };
  }

  @Get('effect')
  @ApiOperation({ summary: 'What is connected although a policy would not allow it' })
  @ApiResource(PolicyEffectDto)
  @ApiProblems(400, 401, 403)
  async effect(
    @CurrentCaller() caller: SessionCaller,
    @Query() { allows }: PolicyEffectQuery,
  ): Promise<ResourceEnvelope<PolicyEffectDto>> {
    return { resource: await this.policies.effect(caller, allows) };
  }

  @Get('oauth-clients')
  @ApiOperation({
    summary: 'List the applications of the account with what is decided about each, by name',
    description: 'Those that are offered, connected, decided about or asked for.',
  })
  @ApiResources(PolicyClientDto)
  @ApiProblems(400, 401, 403)
  list(
    @CurrentCaller() caller: SessionCaller,
    @Query() page: PageQuery,
  ): Promise<ResourcesEnvelope<PolicyClientDto>> {
    return this.policies.list(caller, page);
  }

  @Patch('oauth-clients/:id')
  @ApiOperation({
    summary: 'Allow or block an application for the account, or leave it to the policy',
    description:
      'At once. Blocking ends all its connections of the account, on every node, and declines what is asked for it. What ends connections takes a fresh proof of identity.',
  })
  @ApiResource(DecidedClientDto)
  @ApiProblems(400, 401, 403, 'identity_proof_required', 404)
  async decide(
    @CurrentCaller() caller: SessionCaller,
    @Param('id', clientPipe) id: string,
    @Body() { resource }: DecisionRequest,
  ): Promise<ResourceEnvelope<DecidedClientDto>> {
    if (resource.decision === 'blocked' || resource.endConnections) requireIdentityProof(caller);
    return { resource: await this.policies.decide(caller, id, resource) };
  }
}
