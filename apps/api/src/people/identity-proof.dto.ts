import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import type { AuthenticationResponseJSON } from '@simplewebauthn/server';
import { Type } from 'class-transformer';
import {
  IsNotEmpty,
  IsObject,
  IsString,
  MaxLength,
  ValidateIf,
  ValidateNested,
} from 'class-validator';
import { IsPasskeyAnswer } from '../auth/passkeys.dto.js';

/** A passkey; or the password, and what else a sign-in of the user takes. */
export class IdentityProofInput {
  @ApiPropertyOptional({
    format: 'password',
    maxLength: 200,
    description: 'needed where no `credential` is given',
    example: 'demo-passwort-2026',
  })
  @ValidateIf((input: IdentityProofInput) => input.credential === undefined)
  @IsString()
  @IsNotEmpty()
  @MaxLength(200)
  currentPassword?: string;

  @ApiPropertyOptional({
    maxLength: 40,
    description:
      'of the authenticator app, or a recovery code; needed with the password by users who have a second factor',
    example: '492039',
  })
  @ValidateIf((input: IdentityProofInput) => input.code !== undefined)
  @IsString()
  @IsNotEmpty()
  @MaxLength(40)
  code?: string;

  @ApiPropertyOptional({
    type: Object,
    description:
      'what `PublicKeyCredential.toJSON()` gives, to a challenge of this session: instead of password and code',
    example: { id: 'q2…', type: 'public-key', response: { clientDataJSON: 'ey…' } },
  })
  @ValidateIf((input: IdentityProofInput) => input.credential !== undefined)
  @IsPasskeyAnswer()
  credential?: AuthenticationResponseJSON;
}

export class IdentityProofRequest {
  @ApiProperty({ type: IdentityProofInput })
  @IsObject()
  @ValidateNested()
  @Type(() => IdentityProofInput)
  resource!: IdentityProofInput;
}
