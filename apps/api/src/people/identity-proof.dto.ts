import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { Type } from 'class-transformer';
import {
  IsNotEmpty,
  IsObject,
  IsString,
  MaxLength,
  ValidateIf,
  ValidateNested,
} from 'class-validator';
import { CurrentPasswordInput } from './second-factor.dto.js';

/** The password, and what else a sign-in of the user takes. */
export class IdentityProofInput extends CurrentPasswordInput {
  @ApiPropertyOptional({
    maxLength: 40,
    description:
      'of the authenticator app, or a recovery code; needed by users who have a second factor',
    example: '492039',
  })
  @ValidateIf((input: IdentityProofInput) => input.code !== undefined)
  @IsString()
  @IsNotEmpty()
  @MaxLength(40)
  code?: string;
}

export class IdentityProofRequest {
  @ApiProperty({ type: IdentityProofInput })
  @IsObject()
  @ValidateNested()
  @Type(() => IdentityProofInput)
  resource!: IdentityProofInput;
}
