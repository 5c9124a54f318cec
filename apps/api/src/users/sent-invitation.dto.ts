import { ApiProperty } from '@nestjs/swagger';
import { PersonDto } from './profile.dto.js';
import type { SentInvitation } from './sent-invitation.js';

/** What every invitation has that nobody has accepted yet. */
export class SentInvitationDto {
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

export function toSentInvitation(
  { invitedBy, createdAt, sentAt, expiresAt }: SentInvitation,
  now: Date,
): SentInvitationDto {
  return {
    invitedBy,
    createdAt: createdAt.toISOString(),
    sentAt: sentAt.toISOString(),
    expiresAt: expiresAt.toISOString(),
    status: expiresAt > now ? 'open' : 'expired',
  };
}
