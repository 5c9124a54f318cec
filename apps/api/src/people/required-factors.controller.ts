import { Body, Controller, Get, Inject, Patch } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { CONFIG, type RuntimeConfig } from '../config/config.module.js';
import { CurrentCaller, RequireSession, type SessionCaller } from '../http/access.js';
import { ApiProblems, ApiResource, type ResourceEnvelope } from '../http/envelope.js';
import { RequireIdentityProof } from '../http/identity-proof.js';
import { RequiredFactors } from '../users/required-factors.js';
import {
  FactorRequirementDto,
  FactorRequirementRequest,
  toFactorRequirement,
} from './required-factors.dto.js';

@ApiTags('Users')
@Controller('user/v7/second-factor-requirement')
@RequireSession('admin')
export class RequiredFactorsController {
  constructor(
    private readonly factors: RequiredFactors,
    @Inject(CONFIG) private readonly config: RuntimeConfig,
  ) {}

  @Get()
  @ApiOperation({ summary: 'Whether the account requires a second factor, and how many have one' })
  @ApiResource(FactorRequirementDto)
  @ApiProblems(401, 403)
  async find(
    @CurrentCaller() caller: SessionCaller,
  ): Promise<ResourceEnvelope<FactorRequirementDto>> {
    const found = await this.factors.find(caller);
    return { resource: toFactorRequirement(found, this.config.factorResetHours) };
  }

  @Patch()
  @RequireIdentityProof()
  @ApiOperation({
    summary: 'Require a second factor of everybody in the account, or no longer',
    description:
      'A passkey is one, and so is an authenticator app. Once the time is over, a session of somebody who has neither can do nothing but set one up: everything else is 403 `second_factor_setup_required`. Access tokens that third parties have go on. Admins who require it have one themselves, else it is 409.',
  })
  @ApiResource(FactorRequirementDto)
  @ApiProblems(400, 401, 403, 409, 415)
  async change(
    @CurrentCaller() caller: SessionCaller,
    @Body() { resource }: FactorRequirementRequest,
  ): Promise<ResourceEnvelope<FactorRequirementDto>> {
    await this.factors.change(caller, resource.graceDays);
    return this.find(caller);
  }
}
