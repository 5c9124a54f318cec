import { Controller, Get, Param } from '@nestjs/common';
import { ApiOperation, ApiTags, PickType } from '@nestjs/swagger';
import { AllowAnyone } from '../http/access.js';
import { ApiProblems, ApiResource } from '../http/envelope.js';
import { ClientRecord, pickFields } from './client-record.js';
import { OAuthClientsService } from './oauth-clients.service.js';

const CARD = ['clientId', 'name', 'publisher', 'logoUri', 'homepageUri'] as const;

/** What the sign-in page says about the application that sends a user there. */
export class ClientCardDto extends PickType(ClientRecord, CARD) {}

@ApiTags('Authorization')
@Controller('guest/v7/oauth-clients')
export class ClientCardController {
  constructor(private readonly clients: OAuthClientsService) {}

  @Get(':clientId')
  @AllowAnyone()
  @ApiOperation({ summary: 'Look up an application; unknown and disabled ones are both a 404' })
  @ApiResource(ClientCardDto)
  @ApiProblems(404)
  async get(@Param('clientId') clientId: string) {
    return { resource: pickFields(await this.clients.card(clientId), CARD) };
  }
}
