import { Controller, Delete, Get, HttpCode, Param, ParseUUIDPipe } from '@nestjs/common';
import { ApiNoContentResponse, ApiOperation, ApiParam, ApiTags } from '@nestjs/swagger';
import { CurrentCaller, RequireSession, type SessionCaller } from '../http/access.js';
import { notFound } from '../http/api-error.js';
import { ApiProblems, ApiResource, type ResourceEnvelope } from '../http/envelope.js';
import { RequireIdentityProof } from '../http/identity-proof.js';
import { UserErasure } from '../users/user-erasure.js';
import { UsersService } from '../users/users.service.js';
import { ErasureEffectDto } from './erasure.dto.js';
import { ErasureEffects } from './erasure-effect.js';

const userId = new ParseUUIDPipe({ exceptionFactory: () => notFound('The user') });

@ApiTags('Users')
@Controller('user/v7/users')
export class ErasureController {
  constructor(
    private readonly users: UsersService,
    private readonly effects: ErasureEffects,
    private readonly erasure: UserErasure,
  ) {}

  @Get(':id/erasure')
  @RequireSession('admin')
  @ApiOperation({
    summary: 'See what erasing a user of the account does, in numbers',
    description: 'Nothing is changed.',
  })
  @ApiParam({ name: 'id', schema: { type: 'string', format: 'uuid' } })
  @ApiResource(ErasureEffectDto)
  @ApiProblems(401, 403, 404)
  async effect(
    @CurrentCaller() { accountId }: SessionCaller,
    @Param('id', userId) id: string,
  ): Promise<ResourceEnvelope<ErasureEffectDto>> {
    const user = await this.users.findInAccount(accountId, id);
    return { resource: await this.effects.of(user.id) };
  }

  @Delete(':id/personal-data')
  @RequireSession('admin')
  @RequireIdentityProof()
  @HttpCode(204)
  @ApiOperation({
    summary: 'Erase a user of the account who has been disabled',
    description:
      'For good. Name, e-mail address and everything else that is about the person go; connections, checks and the audit trail stay, under a pseudonym. Again 204 for somebody who is erased already.',
  })
  @ApiParam({ name: 'id', schema: { type: 'string', format: 'uuid' } })
  @ApiNoContentResponse({ description: 'Erased' })
  @ApiProblems(401, 403, 404, 409)
  async erase(
    @CurrentCaller() caller: SessionCaller,
    @Param('id', userId) id: string,
  ): Promise<void> {
    await this.erasure.erase(id, caller);
  }
}
