import { applyDecorators } from '@nestjs/common';
import { ApiProperty, ApiPropertyOptional, IntersectionType, OmitType } from '@nestjs/swagger';
import { Transform } from 'class-transformer';
import { ArrayMaxSize, IsIn, IsOptional, IsUUID } from 'class-validator';
import { CsvQuery } from '../http/csv.js';
import { SearchQuery } from '../http/envelope.js';
import { IsMoment } from '../http/validation.js';
import { MAIL_KINDS, type MailKind } from '../mail/mail-kinds.js';
import { AUDIT_ACTIONS, type AuditAction } from '../users/audit-log.js';
import { PersonDto } from '../users/profile.dto.js';

const MAX_ACTIONS = 20;
/** More are not named, for a person can end a thousand at once. */
export const MAX_CONNECTIONS = 5;
const ID = '8f14e45f-ceea-467f-9b1c-3c7a4c6f5e21';

/** `action=a,b` or `action=a&action=b`. */
function Actions(which: string, example: AuditAction[]): PropertyDecorator {
  return applyDecorators(
    ApiPropertyOptional({
      enum: AUDIT_ACTIONS,
      isArray: true,
      maxItems: MAX_ACTIONS,
      description: `${which}, repeated or separated by commas; ${MAX_ACTIONS} at most`,
      example,
    }),
    IsOptional(),
    Transform(({ value }) => (Array.isArray(value) ? value : String(value).split(','))),
    ArrayMaxSize(MAX_ACTIONS),
    IsIn(AUDIT_ACTIONS, { each: true }),
  );
}

/** Which records of the audit trail to show. */
export class AuditQuery extends SearchQuery {
  @Actions('only these actions', ['signed_in', 'sign_in_failed'])
  action?: AuditAction[];

  @Actions('all but these actions', ['mail_sent'])
  exceptAction?: AuditAction[];

  @ApiPropertyOptional({
    format: 'uuid',
    description: 'only what this user did, or what was done to this user',
    example: ID,
  })
  @IsOptional()
  @IsUUID()
  userId?: string;

  @ApiPropertyOptional({
    format: 'date-time',
    description: 'no older than this',
    example: '2026-11-22T08:00:00Z',
  })
  @IsOptional()
  @IsMoment()
  since?: string;

  @ApiPropertyOptional({
    format: 'date-time',
    description: 'older than this',
    example: '2026-11-22T08:00:00Z',
  })
  @IsOptional()
  @IsMoment()
  until?: string;
}

export class OperatorAuditQuery extends AuditQuery {
  @ApiPropertyOptional({ format: 'uuid', description: 'only of this company', example: ID })
  @IsOptional()
  @IsUUID()
  accountId?: string;
}

export class AuditExportQuery extends IntersectionType(
  OmitType(AuditQuery, ['limit', 'cursor'] as const),
  CsvQuery,
) {}

export class OperatorAuditExportQuery extends IntersectionType(
  OmitType(OperatorAuditQuery, ['limit', 'cursor'] as const),
  CsvQuery,
) {}

export class AuditedUserDto extends PersonDto {}

export class AuditedThingDto {
  @ApiProperty({
    enum: ['user', 'client', 'other'],
    description: '`other`: a connection, for instance',
    example: 'user',
  })
  type!: 'user' | 'client' | 'other';

  @ApiProperty({ format: 'uuid', example: ID })
  id!: string;

  @ApiProperty({
    type: String,
    nullable: true,
    description: 'a user’s or an application’s name',
    example: 'User Musterhaus',
  })
  name!: string | null;

  @ApiProperty({
    type: String,
    format: 'email',
    nullable: true,
    description: 'of a user, for two people may have the same name; of an open invitation',
    example: 'user@musterhaus.example',
  })
  email!: string | null;
}

export class AuditedAccountDto {
  @ApiProperty({ format: 'uuid', example: ID })
  id!: string;

  @ApiProperty({ example: 'Musterhaus Versicherung AG' })
  name!: string;
}

/** A connection that was granted, changed or ended. */
export class AuditedConnectionDto {
  @ApiProperty({ format: 'uuid', example: ID })
  id!: string;

  @ApiProperty({ description: 'the application’s name', example: 'Maklerwelt CRM' })
  application!: string;

  @ApiProperty({
    type: AuditedUserDto,
    nullable: true,
    description: 'for whom the application acted; null once the person has been erased',
  })
  user!: AuditedUserDto | null;
}

/** Something that somebody did, and when. */
export class AuditRecordDto {
  @ApiProperty({ description: 'grows with every record', example: '1042' })
  id!: string;

  @ApiProperty({ type: String, format: 'date-time', example: '2026-11-22T10:15:00.000Z' })
  at!: Date;

  @ApiProperty({ enum: AUDIT_ACTIONS, description: 'what was done', example: 'signed_in' })
  action!: AuditAction;

  @ApiProperty({
    type: AuditedUserDto,
    nullable: true,
    description: 'who did it; null if nobody was signed in, as at a failed sign-in or a command',
  })
  actor!: AuditedUserDto | null;

  @ApiProperty({ type: AuditedThingDto, nullable: true, description: 'to whom or what' })
  subject!: AuditedThingDto | null;

  @ApiProperty({
    type: AuditedThingDto,
    nullable: true,
    description: 'the application that it was about, where a user is the subject',
  })
  application!: AuditedThingDto | null;

  @ApiProperty({
    type: AuditedUserDto,
    nullable: true,
    description: 'whose request was decided, where an application is the subject',
  })
  person!: AuditedUserDto | null;

  @ApiProperty({
    type: AuditedAccountDto,
    nullable: true,
    description: 'the company that it concerns; null for none, and once it has been deleted',
  })
  account!: AuditedAccountDto | null;

  @ApiProperty({
    type: [AuditedConnectionDto],
    description: `the connections that it was about, where they were named one by one; the first ${MAX_CONNECTIONS} of them. \`detail\` has the ids of all, or their number where everything of an application or a person was ended at once`,
  })
  connections!: AuditedConnectionDto[];

  @ApiPropertyOptional({
    enum: Object.keys(MAIL_KINDS),
    description: 'which mail it was, of `mail_sent` and `mail_failed` alone',
    example: 'password-changed',
  })
  mail?: MailKind;

  @ApiProperty({
    type: 'object',
    additionalProperties: true,
    description: 'what else is known of it, depending on the action',
    example: { ip: '203.0.113.7' },
  })
  detail!: Record<string, unknown>;
}
