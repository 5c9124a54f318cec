import { ApiProperty } from '@nestjs/swagger';
import { Type } from 'class-transformer';
import { IsDefined, IsIn, IsObject, ValidateNested } from 'class-validator';
import { PersonDto } from '../users/profile.dto.js';
import type { Locale } from '../users/users.service.js';
import { ClientDeveloperInput } from './client-developers.dto.js';
import type { DeveloperInvitation } from './developer-invitations.js';

export class DeveloperInvitationInput extends ClientDeveloperInput {
  @ApiProperty({ enum: ['de', 'en'], example: 'de', description: 'of the mail and the portal' })
  @IsIn(['de', 'en'])
  locale!: Locale;
}

export class DeveloperInvitationRequest {
  @ApiProperty({ type: () => DeveloperInvitationInput })
  @IsDefined()
  @IsObject()
  @ValidateNested()
  @Type(() => DeveloperInvitationInput)
  resource!: DeveloperInvitationInput;
}

/** An invitation to look after a client, which nobody has accepted yet. */
export class DeveloperInvitationDto {
  @ApiProperty({ format: 'uuid', example: '2d8c0b1f-4e63-4d10-9a3f-7b9a1a2c3d4e' })
  id!: string;

  @ApiProperty({ format: 'email', example: 'entwicklung@maklerwelt.example' })
  email!: string;

  @ApiProperty({ enum: ['de', 'en'], example: 'de' })
  locale!: Locale;

  @ApiProperty({ type: PersonDto })
  invitedBy!: PersonDto;

  @ApiProperty({ format: 'date-time', example: '2026-11-25T08:30:00.000Z' })
  createdAt!: string;

  @ApiProperty({
    format: 'date-time',
    description: 'when the latest link was sent',
    example: '2026-11-25T08:30:00.000Z',
  })
  sentAt!: string;

  @ApiProperty({
    format: 'date-time',
    description: 'when that link stops working',
    example: '2026-12-02T08:30:00.000Z',
  })
  expiresAt!: string;

  @ApiProperty({ enum: ['open', 'expired'], example: 'open' })
  status!: 'open' | 'expired';
}

export function toDeveloperInvitation(
  { createdAt, sentAt, expiresAt, ...rest }: DeveloperInvitation,
  now: Date,
): DeveloperInvitationDto {
  return {
    ...rest,
    createdAt: createdAt.toISOString(),
    sentAt: sentAt.toISOString(),
    expiresAt: expiresAt.toISOString(),
    status: expiresAt > now ? 'open' : 'expired',
  };
}
