import { Body, Controller, Get, Headers, Param, Patch, Query } from '@nestjs/common';
import { ApiHeader, ApiOperation, ApiTags } from '@nestjs/swagger';
import { CurrentCaller, RequireSession, type SessionCaller } from '../http/access.js';
import { ApiProblems, ApiResource, ApiResources } from '../http/envelope.js';
import { requireIdentityProof } from '../http/identity-proof.js';
import { validationFailed } from '../http/validation.js';
import {
  CHANGE_REQUEST_CLIENT,
  ChangeRequestAnswerRequest,
  ChangeRequestDto,
  ChangeRequestsQuery,
} from './client-change-requests.dto.js';
import { type ChangeRequest, ClientChangeRequests } from './client-change-requests.js';
import { IF_MATCH } from './client-etag.js';

/** What developers have asked operators to change about their clients. */
@ApiTags('Registry')
@Controller('admin/v7/change-requests')
@RequireSession('operator')
export class ClientChangeRequestsController {
  constructor(private readonly requests: ClientChangeRequests) {}

  @Get()
  @ApiOperation({
    summary: 'What developers have asked to change about their clients',
    description: 'The latest first, without those that were withdrawn or replaced.',
  })
  @ApiResources(ChangeRequestDto, { counted: true })
  @ApiProblems(400, 401, 403)
  async list(@Query() query: ChangeRequestsQuery) {
    const { resources, meta } = await this.requests.list(query);
    return { resources: resources.map(toDto), meta };
  }

  @Patch(':id')
  @ApiOperation({
    summary: 'Accept or decline a change',
    description:
      'Accepting changes the client as the registry would, and only if it still has what the request was made on; it takes a fresh proof of identity. Declining takes an `answer` that says why.',
  })
  @ApiHeader(IF_MATCH)
  @ApiResource(ChangeRequestDto)
  @ApiProblems(400, 401, 403, 'identity_proof_required', 404, 409, 412)
  async answer(
    @Param('id') id: string,
    @Body() { resource: { status, answer = '' } }: ChangeRequestAnswerRequest,
    @CurrentCaller() caller: SessionCaller,
    @Headers('if-match') ifMatch?: string,
  ) {
    if (status === 'accepted') requireIdentityProof(caller);
    const words = answer.trim();
    if (status === 'declined' && words === '') {
      const message = 'Say why, so that the developer knows what to do.';
      throw validationFailed([{ field: 'answer', code: 'required', message }]);
    }
    const given = { status, answer: words, by: caller.userId };
    return { resource: toDto(await this.requests.answer(id, given, ifMatch)) };
  }
}

function toDto({ client, oauthClientId: _same, ...request }: ChangeRequest): ChangeRequestDto {
  const shown = CHANGE_REQUEST_CLIENT.map((field) => [field, client[field]]);
  return { ...request, client: Object.fromEntries(shown) } as ChangeRequestDto;
}
