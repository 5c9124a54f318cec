import { ApiProperty } from '@nestjs/swagger';
import { Type } from 'class-transformer';
import {
  IsEmail,
  IsNotEmpty,
  IsObject,
  IsString,
  MaxLength,
  MinLength,
  ValidateNested,
} from 'class-validator';

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

  @ApiProperty({
    format: 'password',
    minLength: 12,
    maxLength: 200,
    description: '`too_common` if it is easy to guess, as when it is changed',
    example: 'drei-blaue-elefanten',
  })
  @IsString()
  @MinLength(12)
  @MaxLength(200)
  newPassword!: string;
}

export class RecoveredPasswordRequest {
  @ApiProperty({ type: RecoveredPasswordInput })
  @IsObject()
  @ValidateNested()
  @Type(() => RecoveredPasswordInput)
  resource!: RecoveredPasswordInput;
}
