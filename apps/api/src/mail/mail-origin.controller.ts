import { Controller, Get, Inject } from '@nestjs/common';
import { ApiOperation, ApiProperty, ApiTags } from '@nestjs/swagger';
import { CONFIG, type RuntimeConfig } from '../config/config.module.js';
import { AllowAnyone } from '../http/access.js';
import { ApiProblems, ApiResource, type ResourceEnvelope } from '../http/envelope.js';

class MailOriginDto {
  @ApiProperty({
    type: String,
    nullable: true,
    example: 'Flixcheck <connect@flixcheck.example>',
    description: 'the sender of all mails; null where none are sent',
  })
  from!: string | null;

  @ApiProperty({
    example: false,
    description: 'whether a demo keeps them where anybody reads them',
  })
  mailbox!: boolean;
}

@ApiTags('Sessions')
@Controller('guest/v7/mail-origin')
export class MailOriginController {
  constructor(@Inject(CONFIG) private readonly config: RuntimeConfig) {}

  @Get()
  @AllowAnyone()
  @ApiOperation({
    summary: 'Say whom mails come from',
    description: 'For pages that tell people to look for a mail.',
  })
  @ApiResource(MailOriginDto)
  @ApiProblems()
  read(): ResourceEnvelope<MailOriginDto> {
    const { mail } = this.config;
    return {
      resource: { from: mail.to === 'smtp' ? mail.from : null, mailbox: mail.to === 'mailbox' },
    };
  }
}
