import { ApiProperty } from '@nestjs/swagger';
import { Type } from 'class-transformer';
import { IsObject, ValidateNested } from 'class-validator';
import { LinkTokenInput } from './link-token.dto.js';

export class DisavowalInput extends LinkTokenInput {}

export class DisavowalRequest {
  @ApiProperty({ type: DisavowalInput })
  @IsObject()
  @ValidateNested()
  @Type(() => DisavowalInput)
  resource!: DisavowalInput;
}

export class DisavowedDto {
  @ApiProperty({
    description: 'what `POST /guest/v7/password-recoveries/completions` takes, once',
    example: 'c3BlY2ltZW4tbm90LWEtdG9r…',
  })
  token!: string;
}
