import { ApiProperty } from '@nestjs/swagger';
import { Type } from 'class-transformer';
import { IsObject, ValidateNested } from 'class-validator';
import type { FactorReset } from '../auth/factor-resets.js';
import { PersonDto } from '../users/profile.dto.js';
import type { Person } from '../users/users.service.js';
import { LinkTokenInput } from './link-token.dto.js';

/** A second factor that will be taken off unless somebody objects. */
export class FactorResetDto {
  @ApiProperty({ format: 'date-time', example: '2026-11-22T08:30:00.000Z' })
  askedAt!: string;

  @ApiProperty({
    type: PersonDto,
    nullable: true,
    description: 'the admin who asked for it; null: Flixcheck',
  })
  askedBy!: PersonDto | null;

  @ApiProperty({
    format: 'date-time',
    description: 'when it takes effect',
    example: '2026-11-23T08:30:00.000Z',
  })
  dueAt!: string;
}

export class KeepFactorInput extends LinkTokenInput {}

export class KeepFactorRequest {
  @ApiProperty({ type: KeepFactorInput })
  @IsObject()
  @ValidateNested()
  @Type(() => KeepFactorInput)
  resource!: KeepFactorInput;
}

/** @param people those whom `askedBy` may be */
export function toFactorReset(
  { askedAt, askedBy, dueAt }: FactorReset,
  people: ReadonlyMap<string, Person>,
): FactorResetDto {
  return {
    askedAt: askedAt.toISOString(),
    askedBy: (askedBy !== null && people.get(askedBy)) || null,
    dueAt: dueAt.toISOString(),
  };
}
