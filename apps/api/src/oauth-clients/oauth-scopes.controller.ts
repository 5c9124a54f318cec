import { Controller, Get } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { AllowAnyone } from '../http/access.js';
import { ApiResource } from '../http/envelope.js';
import { KNOWN_SCOPES, OAuthScopesDto } from './oauth-scopes.js';

@ApiTags('Authorization')
@Controller('guest/v7/oauth-scopes')
export class OAuthScopesController {
  @Get()
  @AllowAnyone()
  @ApiOperation({ summary: 'Every scope there is, and what it means to developers and to users' })
  @ApiResource(OAuthScopesDto)
  get() {
    return { resource: { scopes: KNOWN_SCOPES } };
  }
}
