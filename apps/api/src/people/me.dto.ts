import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { Type } from 'class-transformer';
import {
  IsBoolean,
  IsObject,
  IsNotEmpty,
  IsString,
  MaxLength,
  ValidateIf,
  ValidateNested,
} from 'class-validator';
import { ProfileDto } from '../users/profile.dto.js';
import { IsNewPassword } from '../users/new-password.js';

/** The connection through which an application acts. */
export class BearerConnectionDto {
  @ApiProperty({ format: 'uuid', example: '0b7e0e6e-7a53-4f0e-9a7c-2f1d4c8b9e01' })
  id!: string;

  @ApiProperty({ description: 'of the access token', example: 'readwrite' })
  scope!: string;

  @ApiProperty({ format: 'date-time', example: '2026-11-22T08:31:12.000Z' })
  grantedAt!: string;
}

/** The user that the caller acts as. */
export class MeDto extends ProfileDto {
  @ApiPropertyOptional({ type: BearerConnectionDto, description: 'only for an access token' })
  connection?: BearerConnectionDto;
}

export class PasswordInput {
  @ApiPropertyOptional({
    format: 'password',
    maxLength: 200,
    description: 'left out by those who have none (`passwordMissing`)',
    example: 'demo-passwort-2026',
  })
  @ValidateIf((input: PasswordInput) => input.currentPassword !== undefined)
  @IsString()
  @IsNotEmpty()
  @MaxLength(200)
  currentPassword?: string;

  @IsNewPassword(
    'neither the current one nor the e-mail address; `too_common` if it is easy to guess: well-known passwords, the user’s own names, repetitions, rows of keys (NIST SP 800-63B §5.1.1.2)',
  )
  newPassword!: string;

  @ApiPropertyOptional({
    default: false,
    description: 'end all my connections too',
    example: false,
  })
  @ValidateIf((input: PasswordInput) => input.revokeConnections !== undefined)
  @IsBoolean()
  revokeConnections?: boolean;
}

export class PasswordToJudge {
  @ApiProperty({ format: 'password', maxLength: 200, example: 'drei-blaue-elefanten' })
  @IsString()
  @IsNotEmpty()
  @MaxLength(200)
  password!: string;
}

export class JudgePasswordRequest {
  @ApiProperty({ type: PasswordToJudge })
  @IsObject()
  @ValidateNested()
  @Type(() => PasswordToJudge)
  resource!: PasswordToJudge;
}

/** How good a password would be for the user who asks. */
export class PasswordJudgementDto {
  @ApiProperty({
    enum: [0, 1, 2, 3, 4],
    description:
      '0: too short or too long, 1: weak, 2: fair, 3: good, 4: very good; taken from 2 on',
    example: 3,
  })
  level!: number;

  @ApiProperty({
    type: String,
    nullable: true,
    enum: ['too_short', 'too_long', 'personal', 'common', 'pattern', 'short', null],
    description: 'what to do something about; null where it is good',
    example: null,
  })
  weakness!: string | null;
}

export class ChangePasswordRequest {
  @ApiProperty({ type: PasswordInput })
  @IsObject()
  @ValidateNested()
  @Type(() => PasswordInput)
  resource!: PasswordInput;
}
