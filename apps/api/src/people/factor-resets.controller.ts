import { Body, Controller, Delete, HttpCode, Param, ParseUUIDPipe, Post } from '@nestjs/common';
import { ApiNoContentResponse, ApiOperation, ApiParam, ApiTags } from '@nestjs/swagger';
import { AllowSignIn, CurrentCaller, RequireSession, type SessionCaller } from '../http/access.js';
import { notFound } from '../http/api-error.js';
import { ApiProblems, ApiResource, type ResourceEnvelope } from '../http/envelope.js';
import { RequireIdentityProof } from '../http/identity-proof.js';
import { UsersService } from '../users/users.service.js';
import { FactorResetDto, KeepFactorRequest, toFactorReset } from './factor-resets.dto.js';
import { OwnSecondFactor } from './own-second-factor.js';

const userId = new ParseUUIDPipe({ exceptionFactory: () => notFound('The user') });

@ApiTags('Users')
@Controller()
export class FactorResetsController {
  constructor(
    private readonly factor: OwnSecondFactor,
    private readonly users: UsersService,
  ) {}

  @Post('user/v7/users/:id/factor-reset')
  @RequireSession('admin')
  @RequireIdentityProof()
  @ApiOperation({
    summary: 'Reset the sign-in of a user who has lost app or device',
    description:
      'Takes two steps and passkeys off and ends all sessions of the user, at `dueAt`: the user is told by mail at once, and may stop it until then, by the link in it or by signing in with the factor. One that is pending stays as it is.',
  })
  @ApiParam({ name: 'id', schema: { type: 'string', format: 'uuid' } })
  @ApiResource(FactorResetDto, { status: 201, description: 'Announced' })
  @ApiProblems(401, 403, 404, 409)
  async create(
    @CurrentCaller() caller: SessionCaller,
    @Param('id', userId) id: string,
  ): Promise<ResourceEnvelope<FactorResetDto>> {
    const reset = await this.factor.reset(id, caller);
    const people = await this.users.people(reset.askedBy === null ? [] : [reset.askedBy]);
    return { resource: toFactorReset(reset, people) };
  }

  @Delete('user/v7/users/:id/factor-reset')
  @RequireSession('admin')
  @HttpCode(204)
  @ApiOperation({
    summary: 'Call the reset of a sign-in off',
    description: 'The user is told by mail.',
  })
  @ApiParam({ name: 'id', schema: { type: 'string', format: 'uuid' } })
  @ApiNoContentResponse({ description: 'Called off, or there was none' })
  @ApiProblems(401, 403, 404)
  remove(@CurrentCaller() caller: SessionCaller, @Param('id', userId) id: string): Promise<void> {
    return this.factor.keep(id, caller);
  }

  @Post('guest/v7/factor-resets/stops')
  @AllowSignIn()
  @HttpCode(204)
  @ApiOperation({
    summary: 'Stop the reset of my sign-in',
    description: 'With the token of the link in the mail that announces it, until it is due.',
  })
  @ApiNoContentResponse({ description: 'Stopped' })
  @ApiProblems(400, 403, 415)
  stop(@Body() { resource }: KeepFactorRequest): Promise<void> {
    return this.factor.keepByLink(resource.token);
  }
}
