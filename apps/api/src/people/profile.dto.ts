import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { Type } from 'class-transformer';
import { IsIn, IsObject, MaxLength, ValidateIf, ValidateNested } from 'class-validator';
import { IsDisplayText } from '../http/display-text.js';
import type { Locale } from '../users/users.service.js';

const isSent = (value: unknown): boolean => value !== undefined;

export class ProfileInput {
  @ApiPropertyOptional({ minLength: 1, maxLength: 100, example: 'User' })
  @ValidateIf((input: ProfileInput) => isSent(input.firstName))
  @IsDisplayText({ asTyped: true })
  @MaxLength(100)
  firstName?: string;

  @ApiPropertyOptional({ minLength: 1, maxLength: 100, example: 'Musterhaus' })
  @ValidateIf((input: ProfileInput) => isSent(input.lastName))
  @IsDisplayText({ asTyped: true })
  @MaxLength(100)
  lastName?: string;

  @ApiPropertyOptional({ enum: ['de', 'en'], example: 'en' })
  @ValidateIf((input: ProfileInput) => isSent(input.locale))
  @IsIn(['de', 'en'])
  locale?: Locale;
}

export class UpdateProfileRequest {
  @ApiProperty({ type: ProfileInput })
  @IsObject()
  @ValidateNested()
  @Type(() => ProfileInput)
  resource!: ProfileInput;
}
