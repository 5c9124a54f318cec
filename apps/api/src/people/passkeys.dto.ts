import { ApiProperty } from '@nestjs/swagger';
import type { RegistrationResponseJSON } from '@simplewebauthn/server';
import { Type } from 'class-transformer';
import { IsObject, IsString, MaxLength, ValidateNested } from 'class-validator';
import { IsPasskeyAnswer } from '../auth/passkeys.dto.js';
import { IsDisplayText } from '../http/display-text.js';
import type { Passkey } from '../users/passkeys.service.js';

class AddPasskeyInput {
  @ApiProperty({ maxLength: 100, description: 'to tell it from others', example: 'Diensthandy' })
  @IsString()
  @MaxLength(100)
  @IsDisplayText({ asTyped: true })
  name!: string;

  @ApiProperty({
    type: Object,
    description: 'what `PublicKeyCredential.toJSON()` gives',
    example: { id: 'q2…', type: 'public-key', response: { clientDataJSON: 'ey…' } },
  })
  @IsPasskeyAnswer()
  credential!: RegistrationResponseJSON;
}

export class AddPasskeyRequest {
  @ApiProperty({ type: AddPasskeyInput })
  @IsObject()
  @ValidateNested()
  @Type(() => AddPasskeyInput)
  resource!: AddPasskeyInput;
}

export class PasskeyDto {
  @ApiProperty({ format: 'uuid', example: 'b3f0c7e2-5a0f-4f5c-8e0a-1f2d3c4b5a69' })
  id!: string;

  @ApiProperty({ example: 'Diensthandy' })
  name!: string;

  @ApiProperty({
    description:
      'kept by an account of the device’s maker, and so on the user’s other devices, too',
    example: true,
  })
  synced!: boolean;

  @ApiProperty({ format: 'date-time', example: '2026-11-22T08:30:00.000Z' })
  createdAt!: string;

  @ApiProperty({
    type: String,
    format: 'date-time',
    nullable: true,
    example: '2026-11-22T20:30:00.000Z',
  })
  lastUsedAt!: string | null;
}

/** As one resource: there are few of them. */
export class PasskeysDto {
  @ApiProperty({ type: [PasskeyDto], description: 'oldest first' })
  passkeys!: PasskeyDto[];
}

export function toPasskey({ id, name, synced, createdAt, lastUsedAt }: Passkey): PasskeyDto {
  return {
    ...{ id, name, synced },
    createdAt: createdAt.toISOString(),
    lastUsedAt: lastUsedAt?.toISOString() ?? null,
  };
}
