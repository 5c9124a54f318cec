import { ApiProperty } from '@nestjs/swagger';
import { Type } from 'class-transformer';
import { IsNotEmpty, IsObject, IsString, MaxLength, ValidateNested } from 'class-validator';

export class DisavowalInput {
  @ApiProperty({
    description: 'from the fragment of the link; `link_invalid` once it was used or has expired',
    maxLength: 100,
    example: 'b2dGZ5c0Y4cVh1R3pLd0ZtTn…',
  })
  @IsString()
  @IsNotEmpty()
  @MaxLength(100)
  token!: string;
}

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
