import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { Type } from 'class-transformer';
import { IsInt, IsObject, Max, MaxLength, Min, ValidateNested } from 'class-validator';
import { IsDisplayText } from '../http/display-text.js';
import { IsOmittable } from './client-rules.js';
import { inWords } from '../config/in-words.js';
import { USE_SHOWN_AFTER_MS } from '../database/use-recorder.js';

/** 90 days; anything longer would not be a rotation. */
const MAX_OVERLAP_SECONDS = 7_776_000;

const MAX_NAME_LENGTH = 100;

class SecretSummaryDto {
  @ApiProperty({ format: 'uuid', example: 'd2a1b6a4-52a8-4a4c-8a5f-2b7a5c9e7f10' })
  id!: string;

  @ApiProperty({ description: 'The end of the value, to tell secrets apart', example: 'x7Qk' })
  lastFour!: string;

  @ApiProperty({ type: String, format: 'date-time', example: '2026-11-22T10:15:00.000Z' })
  createdAt!: Date;
}

const VALUE = {
  description: 'Keep it now: only its hash is stored',
  example: 'Zk3vQ1pX8sT0bN5yH2mJ7cR4wL9dF6gA1uE8iO3x7Qk',
};
const NAME = {
  type: String,
  nullable: true,
  example: 'Produktion',
  description: 'What operators call it, to know who uses it',
};
const EXPIRES_AT = {
  type: String,
  format: 'date-time',
  nullable: true,
  example: null,
  description: 'null: it works until it is removed',
};

export class ClientSecretDto extends SecretSummaryDto {
  @ApiProperty(NAME)
  name!: string | null;

  @ApiProperty(EXPIRES_AT)
  expiresAt!: Date | null;

  @ApiProperty({
    type: String,
    format: 'date-time',
    nullable: true,
    example: '2026-11-22T10:15:00.000Z',
    description: `When the client last authenticated with it, up to ${inWords(USE_SHOWN_AFTER_MS)} late; null: not yet. Shows which of two secrets can be removed`,
  })
  lastUsedAt!: Date | null;
}

/** The first secret of a client, in the answer to its creation. */
export class FirstClientSecretDto extends SecretSummaryDto {
  @ApiProperty(VALUE)
  value!: string;
}

/** A further secret of a client, in the answer to the rotation. */
export class NewClientSecretDto extends SecretSummaryDto {
  @ApiProperty(NAME)
  name!: string | null;

  @ApiProperty(EXPIRES_AT)
  expiresAt!: Date | null;

  @ApiProperty(VALUE)
  value!: string;
}

export class ClientSecretRotateInput {
  @ApiPropertyOptional({
    description: 'What to call it, to know who uses it',
    example: 'Produktion',
    maxLength: MAX_NAME_LENGTH,
  })
  @IsOmittable()
  @IsDisplayText()
  @MaxLength(MAX_NAME_LENGTH)
  name?: string;

  @ApiPropertyOptional({
    description:
      'Makes the client’s other secret expire after this many seconds; without it, both work until one is removed',
    example: 86_400,
    type: 'integer',
    minimum: 0,
    maximum: MAX_OVERLAP_SECONDS,
  })
  @IsOmittable()
  @IsInt()
  @Min(0)
  @Max(MAX_OVERLAP_SECONDS)
  expireOthersAfterSeconds?: number;
}

export class ClientSecretRotateRequest {
  @ApiPropertyOptional({ type: () => ClientSecretRotateInput })
  @IsOmittable()
  @IsObject()
  @ValidateNested()
  @Type(() => ClientSecretRotateInput)
  resource?: ClientSecretRotateInput;
}
