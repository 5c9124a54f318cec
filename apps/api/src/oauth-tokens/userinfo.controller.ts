import { Controller, Get, Header } from '@nestjs/common';
import { ApiOperation, ApiResponse, ApiTags } from '@nestjs/swagger';
import { type BearerCaller, CurrentCaller, RequireBearer } from '../http/access.js';
import { notFound } from '../http/api-error.js';
import { ApiProblems } from '../http/envelope.js';
import { UsersService } from '../users/users.service.js';
import { UserinfoDto } from './oauth-tokens.dto.js';

@ApiTags('OAuth tokens')
@Controller('user/v7/oauth-userinfo')
export class UserinfoController {
  constructor(private readonly users: UsersService) {}

  @Get()
  @RequireBearer('read')
  @Header('Cache-Control', 'no-store')
  @ApiOperation({ summary: 'Whom the token acts for, flat, for stock clients’ profile mappings' })
  @ApiResponse({ status: 200, description: 'The user', type: UserinfoDto })
  @ApiProblems(401, 403)
  async userinfo(@CurrentCaller() caller: BearerCaller): Promise<UserinfoDto> {
    const user = await this.users.findById(caller.userId);
    if (!user) throw notFound('The user');
    return {
      sub: user.id,
      name: `${user.firstName} ${user.lastName}`.trim(),
      given_name: user.firstName,
      family_name: user.lastName,
      email: user.email,
      locale: user.locale,
      account_id: user.account.id,
      account_name: user.account.name,
    };
  }
}
