import { Controller, Get, Header, Param } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags, PickType } from '@nestjs/swagger';
import { AllowAnyone } from '../http/access.js';
import { ApiProblems, ApiResource } from '../http/envelope.js';
import { ClientLogos } from './client-logos.js';
import { ClientRecord, pickFields } from './client-record.js';
import { LOGO_SIDE } from './logo-decoder.js';
import { OAuthClientsService } from './oauth-clients.service.js';

const CARD = ['clientId', 'name', 'publisher', 'logoUri', 'homepageUri'] as const;

/** What the sign-in page says about the application that sends a user there. */
export class ClientCardDto extends PickType(ClientRecord, CARD) {}

@ApiTags('Authorization')
@Controller('guest/v7/oauth-clients')
export class ClientCardController {
  constructor(
    private readonly clients: OAuthClientsService,
    private readonly logos: ClientLogos,
  ) {}

  @Get(':clientId')
  @AllowAnyone()
  @ApiOperation({ summary: 'Look up an application; unknown and disabled ones are both a 404' })
  @ApiResource(ClientCardDto)
  @ApiProblems(404)
  async get(@Param('clientId') clientId: string) {
    return { resource: pickFields(await this.clients.card(clientId), CARD) };
  }

  @Get(':clientId/logo/:hash')
  @AllowAnyone()
  @Header('content-type', 'image/png')
  // The address names the content: what is behind it never changes.
  @Header('cache-control', 'public, max-age=31536000, immutable')
  @Header('content-security-policy', "default-src 'none'")
  // `logoUri` is for everybody who shows the application, also on their own pages.
  @Header('cross-origin-resource-policy', 'cross-origin')
  @ApiOperation({
    summary: 'The logo that was uploaded for an application',
    description: 'What `logoUri` leads to. Another logo has another address.',
  })
  @ApiOkResponse({
    description: `A square PNG of at most ${LOGO_SIDE} × ${LOGO_SIDE} px`,
    content: { 'image/png': { schema: { type: 'string', format: 'binary' } } },
  })
  @ApiProblems(404)
  logo(@Param('clientId') clientId: string, @Param('hash') hash: string) {
    return this.logos.find(clientId, hash);
  }
}
