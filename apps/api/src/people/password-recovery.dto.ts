import { ApiProperty } from '@nestjs/swagger';
import { Type } from 'class-transformer';
import { IsEmail, IsObject, MaxLength, ValidateNested } from 'class-validator';
import { IsNewPassword } from '../users/new-password.js';
import { LinkTokenInput } from './link-token.dto.js';

export class RecoveryInput {
  @ApiProperty({ format: 'email', maxLength: 254, example: 'user@musterhaus.example' })
  @IsEmail()
  @MaxLength(254)
  email!: string;
}

export class RecoveryRequest {
  @ApiProperty({ type: RecoveryInput })
  @IsObject()
  @ValidateNested()
  @Type(() => RecoveryInput)
  resource!: RecoveryInput;
}

export class RecoveredPasswordInput extends LinkTokenInput {
  @IsNewPassword()
  newPassword!: string;
}

export class RecoveredPasswordRequest {
  @ApiProperty({ type: RecoveredPasswordInput })
  @IsObject()
  @ValidateNested()
  @Type(() => RecoveredPasswordInput)
  resource!: RecoveredPasswordInput;
}
