import { Controller, Get, Query } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { RequireSession } from '../http/access.js';
import { ApiProblems, ApiResources, SearchQuery } from '../http/envelope.js';
import { AccountDto } from '../users/accounts.dto.js';
import { Accounts } from '../users/accounts.service.js';

/** For operators, who choose companies by name. */
@ApiTags('Registry')
@Controller('admin/v7/accounts')
@RequireSession('operator')
export class AccountsController {
  constructor(private readonly accounts: Accounts) {}

  @Get()
  @ApiOperation({
    summary: 'The companies that use Flixcheck',
    description: 'By name, in the order of German dictionaries. `q` finds names.',
  })
  @ApiResources(AccountDto, { counted: true })
  @ApiProblems(400, 401, 403)
  list(@Query() query: SearchQuery) {
    return this.accounts.list(query);
  }
}
