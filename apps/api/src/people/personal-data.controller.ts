import { Controller, Get, StreamableFile } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { CurrentCaller, RequireSession, type SessionCaller } from '../http/access.js';
import { ApiProblems } from '../http/envelope.js';
import { RequireIdentityProof } from '../http/identity-proof.js';
import { PersonalDataExport } from './personal-data-export.js';
import { MAX_EXPORTS, PersonalDataLimit } from './personal-data-limit.js';

@ApiTags('Users')
@Controller('user/v7/users')
export class PersonalDataController {
  constructor(
    private readonly data: PersonalDataExport,
    private readonly limit: PersonalDataLimit,
  ) {}

  @Get('me/export')
  @RequireSession()
  @RequireIdentityProof()
  @ApiOperation({
    summary: 'Download all that is stored about me',
    description: `One JSON document with a list for each kind of record, without secrets. At most ${MAX_EXPORTS} times an hour.`,
  })
  @ApiOkResponse({
    description: 'The document',
    content: { 'application/json': { schema: { type: 'object' } } },
  })
  @ApiProblems(401, 403, 429)
  async export(@CurrentCaller() { userId }: SessionCaller): Promise<StreamableFile> {
    this.limit.count(userId);
    return new StreamableFile(await this.data.document({ userId }, userId), {
      type: 'application/json; charset=utf-8',
      disposition: 'attachment; filename="flixcheck-connect.json"',
    });
  }
}
