import { ApiProperty } from '@nestjs/swagger';
import { Type } from 'class-transformer';
import {
  IsEmail,
  IsNotEmpty,
  IsObject,
  IsString,
  MaxLength,
  ValidateNested,
} from 'class-validator';
import { IsNewPassword } from '../users/new-password.js';

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

export class RecoveredPasswordInput {
  @ApiProperty({
    description: 'from the fragment of the link; `link_invalid` once it was used or has expired',
    maxLength: 100,
    example: 'b2dGZ5c0Y4cVh1R3pLd0ZtTn…',
  })
  @IsString()
  @IsNotEmpty()
  @MaxLength(100)
  token!: string;

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
