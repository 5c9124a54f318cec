import {
  Body,
  Controller,
  Delete,
  Get,
  HttpCode,
  Param,
  ParseUUIDPipe,
  Post,
  Req,
  Res,
} from '@nestjs/common';
import { ApiNoContentResponse, ApiOperation, ApiParam, ApiTags } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { KnownDevices } from '../auth/known-devices.js';
import { PasskeyOptionsDto } from '../auth/passkeys.dto.js';
import { SessionCookie } from '../auth/session-cookie.js';
import {
  AllowWithDuty,
  CurrentCaller,
  RequireSession,
  type SessionCaller,
} from '../http/access.js';
import { notFound } from '../http/api-error.js';
import { ApiProblems, ApiResource, type ResourceEnvelope } from '../http/envelope.js';
import { RequireIdentityProof } from '../http/identity-proof.js';
import { proofSourceOf } from './identity-proof.js';
import { IdentityProofRequest } from './identity-proof.dto.js';
import { OwnPasskeys } from './own-passkeys.js';
import { AddPasskeyRequest, PasskeyDto, PasskeysDto, toPasskey } from './passkeys.dto.js';

const passkeyId = new ParseUUIDPipe({ exceptionFactory: () => notFound('This passkey') });

@ApiTags('Users')
@Controller('user/v7/users/me/passkeys')
export class PasskeysController {
  constructor(
    private readonly passkeys: OwnPasskeys,
    private readonly devices: KnownDevices,
    private readonly cookie: SessionCookie,
  ) {}

  @Get()
  @RequireSession()
  @AllowWithDuty('factor')
  @ApiOperation({ summary: 'My passkeys' })
  @ApiResource(PasskeysDto)
  @ApiProblems(401, 403)
  async list(@CurrentCaller() caller: SessionCaller): Promise<ResourceEnvelope<PasskeysDto>> {
    return { resource: { passkeys: (await this.passkeys.list(caller)).map(toPasskey) } };
  }

  @Post('challenges')
  @RequireSession()
  @AllowWithDuty('factor')
  @ApiOperation({
    summary: 'Begin to add a passkey',
    description:
      'Gives what the browser’s `navigator.credentials.create` takes, once it is proven that it is me. A wrong password or code counts as a failed sign-in.',
  })
  @ApiResource(PasskeyOptionsDto, { status: 201, description: 'For the browser' })
  @ApiProblems(400, 401, 403, 409, 415, 429, 'service_unavailable')
  async begin(
    @CurrentCaller() caller: SessionCaller,
    @Body() { resource }: IdentityProofRequest,
    @Req() request: FastifyRequest,
  ): Promise<ResourceEnvelope<PasskeyOptionsDto>> {
    const source = proofSourceOf(request, 'passkey_change', this.devices);
    return { resource: { publicKey: await this.passkeys.begin(caller, resource, source) } };
  }

  @Post()
  @RequireSession()
  @AllowWithDuty('factor')
  @ApiOperation({
    summary: 'Add a passkey',
    description:
      'What the browser has made of a challenge of this session, which gets another cookie. The user is told by mail.',
  })
  @ApiResource(PasskeyDto, { status: 201, description: 'Added' })
  @ApiProblems(400, 401, 403, 409, 415)
  async add(
    @CurrentCaller() caller: SessionCaller,
    @Body() { resource: { name, credential } }: AddPasskeyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<ResourceEnvelope<PasskeyDto>> {
    const { passkey, cookie } = await this.passkeys.add(caller, name.trim(), credential);
    this.cookie.set(reply, cookie);
    return { resource: toPasskey(passkey) };
  }

  @Delete(':id')
  @RequireSession()
  @HttpCode(204)
  @RequireIdentityProof()
  @ApiOperation({
    summary: 'Remove a passkey',
    description:
      'Nobody signs in with it any more. Sessions that it has begun stay; this one gets another cookie.',
  })
  @ApiParam({ name: 'id', schema: { type: 'string', format: 'uuid' } })
  @ApiNoContentResponse({ description: 'Removed' })
  @ApiProblems(401, 403, 404, 'last_passkey')
  async remove(
    @CurrentCaller() caller: SessionCaller,
    @Param('id', passkeyId) id: string,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<void> {
    this.cookie.set(reply, await this.passkeys.remove(caller, id));
  }
}
