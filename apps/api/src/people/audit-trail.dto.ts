import { ApiProperty, ApiPropertyOptional, OmitType } from '@nestjs/swagger';
import { Transform, Type } from 'class-transformer';
import {
  ArrayMaxSize,
  IsDate,
  IsIn,
  IsOptional,
  IsTimeZone,
  IsUUID,
  Matches,
} from 'class-validator';
import { PageQuery } from '../http/envelope.js';

const ID = '8f14e45f-ceea-467f-9b1c-3c7a4c6f5e21';

function Time(description: string): PropertyDecorator {
  return (target, key) => {
    ApiPropertyOptional({ type: String, format: 'date-time', description })(target, key);
    IsOptional()(target, key);
    Type(() => Date)(target, key);
    IsDate()(target, key);
  };
}

/** Which records of the audit trail to show. */
export class AuditQuery extends PageQuery {
  @ApiPropertyOptional({
    type: [String],
    description: 'only these actions, repeated or separated by commas; 20 at most',
    example: ['signed_in', 'sign_in_failed'],
  })
  @IsOptional()
  @Transform(({ value }) => (Array.isArray(value) ? value : String(value).split(',')))
  @ArrayMaxSize(20)
  @Matches(/^[a-z_]{1,60}$/, { each: true, message: 'must be names of actions' })
  action?: string[];

  @ApiPropertyOptional({
    format: 'uuid',
    description: 'only what this user did, or what was done to this user',
    example: ID,
  })
  @IsOptional()
  @IsUUID()
  userId?: string;

  @Time('no older than this')
  since?: Date;

  @Time('older than this')
  until?: Date;
}

export class OperatorAuditQuery extends AuditQuery {
  @ApiPropertyOptional({ format: 'uuid', description: 'only of this company', example: ID })
  @IsOptional()
  @IsUUID()
  accountId?: string;
}

export class AuditExportQuery extends OmitType(AuditQuery, ['limit', 'cursor'] as const) {
  @ApiPropertyOptional({
    enum: ['de', 'en'],
    default: 'en',
    description: 'of the headings; with `de`, fields are separated by semicolons',
  })
  @IsOptional()
  @IsIn(['de', 'en'])
  language?: 'de' | 'en';

  @ApiPropertyOptional({ default: 'UTC', example: 'Europe/Berlin', description: 'of the times' })
  @IsOptional()
  @IsTimeZone()
  timeZone?: string;
}

export class AuditedUserDto {
  @ApiProperty({ format: 'uuid', example: ID })
  id!: string;

  @ApiProperty({ format: 'email', example: 'user@musterhaus.example' })
  email!: string;

  @ApiProperty({ example: 'User' })
  firstName!: string;

  @ApiProperty({ example: 'Musterhaus' })
  lastName!: string;
}

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
}

/** Something that somebody did, and when. */
export class AuditRecordDto {
  @ApiProperty({ description: 'grows with every record', example: '1042' })
  id!: string;

  @ApiProperty({ type: String, format: 'date-time', example: '2026-11-22T10:15:00.000Z' })
  at!: Date;

  @ApiProperty({ description: 'what was done; stable', example: 'signed_in' })
  action!: string;

  @ApiProperty({
    type: AuditedUserDto,
    nullable: true,
    description: 'who did it; null if nobody was signed in, as at a failed sign-in or a command',
  })
  actor!: AuditedUserDto | null;

  @ApiProperty({ type: AuditedThingDto, nullable: true, description: 'to whom or what' })
  subject!: AuditedThingDto | null;

  @ApiProperty({
    type: 'object',
    additionalProperties: true,
    description: 'what else is known of it, depending on the action',
    example: { ip: '203.0.113.7' },
  })
  detail!: Record<string, unknown>;
}
