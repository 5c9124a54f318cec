import { Controller, Delete, Param, ParseUUIDPipe } from '@nestjs/common';
import { ApiOperation, ApiParam, ApiTags } from '@nestjs/swagger';
import { CurrentCaller, RequireSession, type SessionCaller } from '../http/access.js';
import { notFound } from '../http/api-error.js';
import { ApiProblems, ApiResource, type ResourceEnvelope } from '../http/envelope.js';
import { RequireIdentityProof } from '../http/identity-proof.js';
import { EndedSessionsDto } from './sign-outs.dto.js';
import { SignOuts } from './sign-outs.js';

const userId = new ParseUUIDPipe({ exceptionFactory: () => notFound('The user') });

@ApiTags('Users')
@Controller('user/v7/users/:id/sessions')
export class SignOutsController {
  constructor(private readonly signOuts: SignOuts) {}

  @Delete()
  @RequireSession('admin')
  @RequireIdentityProof()
  @ApiOperation({
    summary: 'Sign a user of the account out on all devices',
    description:
      'Says how many sessions have ended; 0 where there was none. The user is told by mail, and may sign in again at once. Connections stay. Your own are 409.',
  })
  @ApiParam({ name: 'id', schema: { type: 'string', format: 'uuid' } })
  @ApiResource(EndedSessionsDto)
  @ApiProblems(401, 403, 404, 409)
  async end(
    @CurrentCaller() caller: SessionCaller,
    @Param('id', userId) id: string,
  ): Promise<ResourceEnvelope<EndedSessionsDto>> {
    return { resource: { ended: await this.signOuts.signOut(id, caller) } };
  }
}
