import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { IsIn, IsOptional, IsString, IsUUID, Matches, MaxLength } from 'class-validator';
import { PageQuery } from '../http/envelope.js';
import { IsMoment } from '../http/validation.js';

const OUTCOMES = ['success', 'failure'] as const;
const MAX_QUERY_LENGTH = 100;
const REASON = /^[a-z0-9_]{1,60}$/;

/** Which of a client's requests a page of its log shows. */
export class RequestLogQuery extends PageQuery {
  @ApiPropertyOptional({
    format: 'uuid',
    description: 'The one request with this id',
    example: '5f0c7c1e-2f5e-4f3a-9d7c-1b8f6f0a2e44',
  })
  @IsOptional()
  @IsUUID()
  requestId?: string;

  @ApiPropertyOptional({ enum: OUTCOMES, example: 'failure' })
  @IsOptional()
  @IsIn(OUTCOMES)
  outcome?: (typeof OUTCOMES)[number];

  @ApiPropertyOptional({ pattern: REASON.source, example: 'code_expired' })
  @IsOptional()
  @Matches(REASON, { message: '$property must be one of the codes that entries carry as reason' })
  reason?: string;

  @ApiPropertyOptional({
    maxLength: MAX_QUERY_LENGTH,
    description: 'A part of the reason, or the beginning of a request id',
    example: 'secret',
  })
  @IsOptional()
  @IsString()
  @MaxLength(MAX_QUERY_LENGTH)
  q?: string;

  @ApiPropertyOptional({ format: 'date-time', description: 'At this moment or later' })
  @IsOptional()
  @IsMoment()
  since?: string;

  @ApiPropertyOptional({ format: 'date-time', description: 'Before this moment' })
  @IsOptional()
  @IsMoment()
  until?: string;
}

/** Precisely what was wrong, as data. */
export class RequestExplanationDto {
  @ApiProperty({
    description: 'Stable; which parameters there are depends on it',
    example: 'redirect_uri_differs',
  })
  code!: string;

  @ApiProperty({
    type: 'object',
    additionalProperties: { oneOf: [{ type: 'string' }, { type: 'number' }, { type: 'null' }] },
    example: { position: 31, registered: '…crm.example/callback', sent: '…crm.example/callback/' },
  })
  parameters!: Record<string, string | number | null>;
}

/** A request of a client, as its developers need to see it. */
export class OAuthRequestDto {
  @ApiProperty({
    format: 'uuid',
    description: 'Ends the `error_description` that the client saw',
    example: '5f0c7c1e-2f5e-4f3a-9d7c-1b8f6f0a2e44',
  })
  requestId!: string;

  @ApiProperty({ type: String, format: 'date-time', example: '2026-11-22T10:15:00.000Z' })
  at!: Date;

  @ApiProperty({
    enum: ['authorize', 'token', 'revoke', 'introspect', 'api'],
    description:
      '`authorize`: a refused authorization request; granted ones are in the history. `api`: a refused call of the API; accepted ones are not logged',
    example: 'token',
  })
  endpoint!: string;

  @ApiProperty({ type: String, nullable: true, example: 'authorization_code' })
  grantType!: string | null;

  @ApiProperty({ enum: OUTCOMES, example: 'failure' })
  outcome!: string;

  @ApiProperty({
    type: String,
    nullable: true,
    description: 'The OAuth error code, or the code of the problem; null on success',
    example: 'invalid_client',
  })
  error!: string | null;

  @ApiProperty({
    type: String,
    nullable: true,
    description:
      'A stable code, one for each way to fail. For a success null, or `refresh_retried` for a refresh that was answered again',
    example: 'client_secret_wrong',
  })
  reason!: string | null;

  @ApiProperty({
    type: String,
    nullable: true,
    example: 'The client_secret is none of the live secrets of this client.',
  })
  detail!: string | null;

  @ApiProperty({
    type: RequestExplanationDto,
    nullable: true,
    description:
      'What `detail` says beyond the answer that the client got, for other languages. null: the answer says it all',
  })
  explanation!: RequestExplanationDto | null;

  @ApiProperty({ type: String, format: 'uuid', nullable: true, example: null })
  connectionId!: string | null;

  @ApiProperty({ example: '203.0.113.7' })
  ip!: string;

  @ApiProperty({ type: Number, description: 'Milliseconds', example: 3.2 })
  durationMs!: number;

  @ApiProperty({
    type: String,
    nullable: true,
    description: 'Of a call of the API: method and address, with the names of its parameters',
    example: null,
  })
  route!: string | null;

  @ApiProperty({
    type: 'integer',
    description:
      'How many requests the entry stands for. More than 1: the last of many refused calls of the API, of which the others have no entry',
    example: 1,
  })
  requests!: number;
}
