import { Controller, Get, Param } from '@nestjs/common';
import { ApiOperation, ApiProperty, ApiTags } from '@nestjs/swagger';
import { AllowAnyone } from '../http/access.js';
import { ApiProblems, ApiResource } from '../http/envelope.js';
import { OAuthClientsService } from './oauth-clients.service.js';
import type { OAuthClient } from './oauth-client.js';

/** What the sign-in page says about the application that sends a user there. */
export class ClientCardDto {
  @ApiProperty({ example: 'maklerwelt-crm' })
  clientId: string;

  @ApiProperty({ example: 'Maklerwelt CRM' })
  name: string;

  @ApiProperty({ example: 'Maklerwelt Software GmbH' })
  publisher: string;

  @ApiProperty({
    type: String,
    format: 'uri',
    nullable: true,
    example: 'https://maklerwelt.example/logo.svg',
  })
  logoUri: string | null;

  @ApiProperty({
    type: String,
    format: 'uri',
    nullable: true,
    example: 'https://maklerwelt.example',
  })
  homepageUri: string | null;

  constructor(client: OAuthClient) {
    this.clientId = client.clientId;
    this.name = client.name;
    this.publisher = client.publisher;
    this.logoUri = client.logoUri;
    this.homepageUri = client.homepageUri;
  }
}

@ApiTags('Authorization')
@Controller('guest/v7/oauth-clients')
export class ClientCardController {
  constructor(private readonly clients: OAuthClientsService) {}

  @Get(':clientId')
  @AllowAnyone()
  @ApiOperation({ summary: 'Which application is this? Unknown and disabled ones are both a 404' })
  @ApiResource(ClientCardDto)
  @ApiProblems(404)
  async get(@Param('clientId') clientId: string) {
    return { resource: new ClientCardDto(await this.clients.card(clientId)) };
  }
}
