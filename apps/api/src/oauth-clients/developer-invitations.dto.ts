import { ApiProperty } from '@nestjs/swagger';
import { Type } from 'class-transformer';
import { IsDefined, IsIn, IsObject, ValidateNested } from 'class-validator';
import { SentInvitationDto, toSentInvitation } from '../users/sent-invitation.dto.js';
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
export class DeveloperInvitationDto extends SentInvitationDto {
  @ApiProperty({ format: 'uuid', example: '2d8c0b1f-4e63-4d10-9a3f-7b9a1a2c3d4e' })
  id!: string;

  @ApiProperty({ format: 'email', example: 'entwicklung@maklerwelt.example' })
  email!: string;

  @ApiProperty({ enum: ['de', 'en'], example: 'de' })
  locale!: Locale;
}

export function toDeveloperInvitation(
  invitation: DeveloperInvitation,
  now: Date,
): DeveloperInvitationDto {
  const { id, email, locale } = invitation;
  return { id, email, locale, ...toSentInvitation(invitation, now) };
}
