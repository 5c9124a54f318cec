import { ApiProperty } from '@nestjs/swagger';
import { Type } from 'class-transformer';
import { IsIn, IsObject, ValidateIf, ValidateNested } from 'class-validator';
import { type FactorRequirement, GRACE_DAYS, type GraceDays } from '../users/required-factors.js';

class FactorRequirementInput {
  @ApiProperty({
    type: 'integer',
    enum: GRACE_DAYS,
    nullable: true,
    example: 14,
    description: 'how long people have time from now on; null: no second factor is required',
  })
  @ValidateIf((_, value: unknown) => value !== null)
  @IsIn(GRACE_DAYS)
  graceDays!: GraceDays | null;
}

export class FactorRequirementRequest {
  @ApiProperty({ type: FactorRequirementInput })
  @IsObject()
  @ValidateNested()
  @Type(() => FactorRequirementInput)
  resource!: FactorRequirementInput;
}

/** Whether the account requires a second factor, and how many have one. */
export class FactorRequirementDto {
  @ApiProperty({
    type: String,
    format: 'date-time',
    nullable: true,
    description: 'from when on nobody works without one; null: it is not required',
    example: '2026-12-10T08:30:00.000Z',
  })
  requiredFrom!: string | null;

  @ApiProperty({ type: 'integer', minimum: 0, example: 62, description: 'who are not disabled' })
  people!: number;

  @ApiProperty({
    type: 'integer',
    minimum: 0,
    example: 12,
    description: 'how many of them have an authenticator app or a passkey',
  })
  withFactor!: number;

  @ApiProperty({ example: true, description: 'whether the caller is among them' })
  own!: boolean;

  @ApiProperty({
    type: 'integer',
    minimum: 0,
    example: 24,
    description:
      'how long somebody whose sign-in an admin resets has time to object, as the installation has it; 0: it is reset at once',
  })
  resetHours!: number;
}

export function toFactorRequirement(
  { requiredFrom, ...counts }: FactorRequirement,
  resetHours: number,
): FactorRequirementDto {
  return { requiredFrom: requiredFrom?.toISOString() ?? null, ...counts, resetHours };
}
