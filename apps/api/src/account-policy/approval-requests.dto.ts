import { ApiProperty, ApiPropertyOptional, PickType } from '@nestjs/swagger';
import { Type } from 'class-transformer';
import { IsIn, IsObject, IsOptional, IsUUID, MaxLength, ValidateNested } from 'class-validator';
import { DAY } from '../config/clock.js';
import { inWords } from '../config/in-words.js';
import { CONNECTED_CLIENT } from '../connections/connections.dto.js';
import { PersonDto } from '../users/profile.dto.js';
import { IsDisplayText } from '../http/display-text.js';
import { PageQuery } from '../http/envelope.js';
import { ClientRecord } from '../oauth-clients/client-record.js';
import { IsOmittable } from '../oauth-clients/client-rules.js';
import { REQUEST_STATUSES, type RequestStatus } from './approval-requests.js';

/** For how long an answer is news to who asked. */
export const NEWS_MS = 14 * DAY;

/** Of a note and of an answer. */
export const MAX_NOTE_LENGTH = 300;

const REQUESTED_CLIENT = [...CONNECTED_CLIENT, 'startUri'] as const;
export class RequestedClientDto extends PickType(ClientRecord, REQUESTED_CLIENT) {}
export { REQUESTED_CLIENT };

export class ApprovalRequestDto {
  @ApiProperty({ format: 'uuid', example: '5b0c6c1e-7a4f-4f0e-9d55-2f9b6f0a1c77' })
  id!: string;

  @ApiProperty({ type: RequestedClientDto }) client!: RequestedClientDto;

  @ApiProperty({ type: PersonDto }) requestedBy!: PersonDto;

  @ApiProperty({ format: 'date-time', example: '2026-11-22T08:30:00.000Z' })
  requestedAt!: string;

  @ApiProperty({ description: 'what the person has written; may be empty' })
  note!: string;

  @ApiProperty({ enum: REQUEST_STATUSES, example: 'open' })
  status!: RequestStatus;

  @ApiProperty({ type: PersonDto, nullable: true }) decidedBy!: PersonDto | null;

  @ApiProperty({ type: String, format: 'date-time', nullable: true })
  decidedAt!: string | null;

  @ApiProperty({ description: 'what the admin has written; may be empty' })
  answer!: string;

  @ApiProperty({
    type: String,
    nullable: true,
    example: '/portal/oauth/authorize?clientId=maklerwelt-crm&response_type=code',
    description:
      'for the person who asked, once approved: the authorization request to go on with. null: too old, the application must start again',
  })
  continueTo!: string | null;

  @ApiProperty({ example: false, description: 'whether the caller has an active connection to it' })
  connected!: boolean;

  @ApiProperty({
    example: true,
    description: `whether it concerns the caller, who asked: it is open, or was answered within ${inWords(NEWS_MS)}; approved, it does until they have granted access`,
  })
  current!: boolean;
}

export class ApprovalRequestsQuery extends PageQuery {
  @ApiPropertyOptional({ enum: REQUEST_STATUSES, description: 'absent: all' })
  @IsOptional()
  @IsIn(REQUEST_STATUSES)
  status?: RequestStatus;

  @ApiPropertyOptional({ format: 'uuid', description: 'of this person' })
  @IsOptional()
  @IsUUID()
  userId?: string;
}

export class ApprovalAnswerInput {
  @ApiProperty({ enum: ['approved', 'declined'], example: 'approved' })
  @IsIn(['approved', 'declined'])
  status!: 'approved' | 'declined';

  @ApiPropertyOptional({ maxLength: MAX_NOTE_LENGTH, example: 'Bitte nur für Neukunden.' })
  @IsOmittable()
  @IsDisplayText({ mayBeEmpty: true, asTyped: true })
  @MaxLength(MAX_NOTE_LENGTH)
  answer?: string;
}

export class ApprovalAnswerRequest {
  @ApiProperty({ type: ApprovalAnswerInput })
  @IsObject()
  @ValidateNested()
  @Type(() => ApprovalAnswerInput)
  resource!: ApprovalAnswerInput;
}
