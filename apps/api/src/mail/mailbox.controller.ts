import { Controller, Get } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { AllowAnyone } from '../http/access.js';
import { ApiProblems, ApiResources, type ResourcesEnvelope } from '../http/envelope.js';
import { DemoMailDto, toDemoMail } from './mailbox.dto.js';
import { Mailbox } from './mailbox.js';

@ApiTags('Demo')
@Controller('guest/v7/demo-mails')
export class MailboxController {
  constructor(private readonly mailbox: Mailbox) {}

  @Get()
  @AllowAnyone()
  @ApiOperation({
    summary: 'The mails of the demo',
    description:
      'The latest 50, the newest first. Only a demo without a mail server has them; everywhere else this is 404.',
  })
  @ApiResources(DemoMailDto)
  @ApiProblems(404)
  async list(): Promise<ResourcesEnvelope<DemoMailDto>> {
    return { resources: (await this.mailbox.list()).map(toDemoMail), meta: {} };
  }
}
