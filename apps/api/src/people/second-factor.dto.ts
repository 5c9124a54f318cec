import { ApiProperty } from '@nestjs/swagger';
import { Type } from 'class-transformer';
import { IsNotEmpty, IsObject, IsString, MaxLength, ValidateNested } from 'class-validator';
import type { SecondFactorState } from '../users/second-factors.service.js';

export class CurrentPasswordInput {
  @ApiProperty({ format: 'password', maxLength: 200, example: 'demo-passwort-2026' })
  @IsString()
  @IsNotEmpty()
  @MaxLength(200)
  currentPassword!: string;
}

export class CodeInput {
  @ApiProperty({
    maxLength: 40,
    description: 'of the authenticator app',
    example: '492039',
  })
  @IsString()
  @IsNotEmpty()
  @MaxLength(40)
  code!: string;
}

export class FullProofInput extends CurrentPasswordInput {
  @ApiProperty({
    maxLength: 40,
    description: 'of the authenticator app, or a recovery code',
    example: '492039',
  })
  @IsString()
  @IsNotEmpty()
  @MaxLength(40)
  code!: string;
}

export class SetUpSecondFactorRequest {
  @ApiProperty({ type: CurrentPasswordInput })
  @IsObject()
  @ValidateNested()
  @Type(() => CurrentPasswordInput)
  resource!: CurrentPasswordInput;
}

export class ConfirmSecondFactorRequest {
  @ApiProperty({ type: CodeInput })
  @IsObject()
  @ValidateNested()
  @Type(() => CodeInput)
  resource!: CodeInput;
}

export class FullProofRequest {
  @ApiProperty({ type: FullProofInput })
  @IsObject()
  @ValidateNested()
  @Type(() => FullProofInput)
  resource!: FullProofInput;
}

/** Whether the user has a second factor. */
export class SecondFactorDto {
  @ApiProperty({ example: true })
  enabled!: boolean;

  @ApiProperty({
    type: String,
    format: 'date-time',
    nullable: true,
    example: '2026-11-22T08:30:00.000Z',
  })
  enabledAt!: string | null;

  @ApiProperty({ type: 'integer', minimum: 0, example: 10 })
  recoveryCodesLeft!: number;
}

/** What an authenticator app has to know; never shown again. */
export class SecondFactorSecretDto {
  @ApiProperty({ description: 'in base32, to type', example: 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567' })
  secret!: string;

  @ApiProperty({
    format: 'uri',
    description: 'the same for the camera, as a QR code',
    example:
      'otpauth://totp/Flixcheck:user%40musterhaus.example?issuer=Flixcheck&secret=ABCDEFGHIJKLMNOPQRSTUVWXYZ234567&algorithm=SHA1&digits=6&period=30',
  })
  uri!: string;
}

export class RecoveryCodesDto {
  @ApiProperty({
    type: [String],
    description: 'each is good for one sign-in; never shown again',
    example: ['k3v9-2mfa-x7qd-94tz-h0wz-8rsc'],
  })
  recoveryCodes!: string[];
}

export function toSecondFactor({
  enabledAt,
  recoveryCodesLeft,
}: SecondFactorState): SecondFactorDto {
  return {
    enabled: enabledAt !== null,
    enabledAt: enabledAt?.toISOString() ?? null,
    recoveryCodesLeft,
  };
}
