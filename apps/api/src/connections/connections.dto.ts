import { applyDecorators } from '@nestjs/common';
import {
  ApiProperty,
  ApiPropertyOptional,
  IntersectionType,
  OmitType,
  PickType,
} from '@nestjs/swagger';
import { SCOPES } from '@flixcheck/oauth-protocol';
import { Transform, Type } from 'class-transformer';
import {
  ArrayMaxSize,
  ArrayNotEmpty,
  ArrayUnique,
  IsArray,
  IsIn,
  IsObject,
  IsOptional,
  IsUUID,
  Matches,
  ValidateNested,
} from 'class-validator';
import { inWords } from '../config/in-words.js';
import { CsvQuery } from '../http/csv.js';
import { SearchQuery } from '../http/envelope.js';
import { IsMoment } from '../http/validation.js';
import { ClientRecord } from '../oauth-clients/client-record.js';
import { IsOmittable } from '../oauth-clients/client-rules.js';
import {
  CONNECTION_EVENT_TYPES,
  CONNECTION_HEALTHS,
  type ConnectionEventType,
  type ConnectionHealth,
  DORMANT_AFTER_MS,
} from './connection.js';
import { REVOCATION_REASONS, type RevocationReason } from './revocation-reasons.js';
import { PersonDto } from '../users/profile.dto.js';
import { LONGEST_LIMIT_MS } from './time-limits.js';
import { USAGE_DAYS } from './connection-usage.js';

const CLIENT_ID = /^[A-Za-z0-9_-]{3,64}$/;
const CLIENT_ID_MESSAGE = { message: 'must be a client id such as maklerwelt-crm' };
const CONNECTION_ID = 'e7a1c2b4-0d53-4a7e-8a55-6f1f6a2b9c01';
const USER_ID = '8f14e45f-ceea-467f-9b1c-3c7a4c6f5e21';
const GRANTED_AT = '2026-11-02T08:15:30.000Z';
const EXPIRES_AT = '2026-12-25T08:15:30.000Z';

export const CONNECTION_SORTS = [
  'grantedAt',
  '-grantedAt',
  'revokedAt',
  '-revokedAt',
  'lastUsedAt',
  '-lastUsedAt',
  'client',
  '-client',
  'person',
  '-person',
] as const;
export type ConnectionSort = (typeof CONNECTION_SORTS)[number];

const LISTED_HEALTHS = ['ok', 'unused', 'dormant', 'refresh_refused'] as const;
export type ListedHealth = (typeof LISTED_HEALTHS)[number];

export const MAX_IDS = 100;

/** `ids=a,b` or `ids=a&ids=b`. */
export function Ids(description: string, most = MAX_IDS) {
  return applyDecorators(
    ApiPropertyOptional({
      type: String,
      format: 'uuid',
      isArray: true,
      maxItems: most,
      example: [CONNECTION_ID],
      description,
    }),
    IsOptional(),
    Transform(({ value }: { value: unknown }) =>
      typeof value === 'string' ? value.split(',') : value,
    ),
    IsArray(),
    ArrayNotEmpty(),
    ArrayMaxSize(most),
    ArrayUnique(),
    IsUUID('all', { each: true }),
  );
}

export class ConnectionsQuery extends SearchQuery {
  @ApiPropertyOptional({ enum: ['active', 'revoked'], description: 'absent: both' })
  @IsOptional()
  @IsIn(['active', 'revoked'])
  status?: 'active' | 'revoked';

  @ApiPropertyOptional({ example: 'maklerwelt-crm', description: 'of one application' })
  @IsOptional()
  @Matches(CLIENT_ID, CLIENT_ID_MESSAGE)
  clientId?: string;

  @ApiPropertyOptional({ format: 'uuid', example: USER_ID, description: 'granted by this user' })
  @IsOptional()
  @IsUUID()
  userId?: string;

  @ApiPropertyOptional({ enum: LISTED_HEALTHS, description: 'active ones in this state' })
  @IsOptional()
  @IsIn(LISTED_HEALTHS)
  health?: ListedHealth;

  @Ids(`of these ids, repeated or separated by commas; ${MAX_IDS} at most`)
  ids?: string[];

  @ApiPropertyOptional({
    format: 'date-time',
    example: EXPIRES_AT,
    description: 'active ones that end by themselves before this moment; the first to end first',
  })
  @IsOptional()
  @IsMoment()
  expiresBefore?: string;

  @ApiPropertyOptional({
    enum: CONNECTION_SORTS,
    description:
      'default: latest grant first, with `status=revoked` latest end first; `-` reverses the order. Names are sorted as in German dictionaries.',
  })
  @IsOptional()
  @IsIn(CONNECTION_SORTS)
  sort?: ConnectionSort;
}

export class ExportQuery extends IntersectionType(
  OmitType(ConnectionsQuery, ['limit', 'cursor'] as const),
  CsvQuery,
) {}

/** Every scope string of known scopes; which are known, their table says. */
const ANY_SCOPE = `(?:${SCOPES.join('|')})`;
const SCOPE = new RegExp(`^${ANY_SCOPE}(?: ${ANY_SCOPE}){0,${SCOPES.length - 1}}$`);

export class ConnectionPatch {
  @ApiPropertyOptional({
    example: 'read',
    description: 'what the application may do from now on, at most; never more than before',
  })
  @IsOmittable()
  @Matches(SCOPE, { message: `must be of ${SCOPES.join(', ')}, separated by a space` })
  scope?: string;

  @ApiPropertyOptional({
    type: String,
    format: 'date-time',
    nullable: true,
    example: EXPIRES_AT,
    description: `when it ends by itself: a day to ${inWords(LONGEST_LIMIT_MS)} from now; null: never. Only who granted access may choose a later end than before`,
  })
  @IsOptional()
  @IsMoment()
  expiresAt?: string | null;
}

export class ConnectionPatchRequest {
  @ApiProperty({ type: ConnectionPatch })
  @IsObject()
  @ValidateNested()
  @Type(() => ConnectionPatch)
  resource!: ConnectionPatch;
}

export const CONNECTED_CLIENT = [
  'clientId',
  'name',
  'publisher',
  'publisherVerified',
  'logoUri',
  'homepageUri',
] as const;
export class ConnectedClientDto extends PickType(ClientRecord, CONNECTED_CLIENT) {}

const AVAILABILITIES = [
  'available',
  'not_listed',
  'not_for_account',
  'disabled',
  'deleted',
] as const;

export class UsedClientDto extends ConnectedClientDto {
  @ApiProperty({
    enum: AVAILABILITIES,
    example: 'available',
    description:
      '`not_listed`: works, but is not among the available applications; `not_for_account`: Flixcheck has registered it for other companies, and it cannot be connected',
  })
  availability!: (typeof AVAILABILITIES)[number];

  @ApiProperty({
    type: 'integer',
    example: 3,
    description: 'active connections that the caller may see',
  })
  activeConnections!: number;
}

/** An admin has granted it already, for this user or for everybody in the account. */
export class GrantedInAdvanceDto {
  @ApiProperty({ format: 'date-time', example: GRANTED_AT })
  at!: string;

  @ApiProperty({ type: PersonDto, nullable: true, description: 'the admin; null: deleted since' })
  by!: PersonDto | null;
}

export class ConnectionDto {
  @ApiProperty({ format: 'uuid', example: CONNECTION_ID })
  id!: string;

  @ApiProperty({ type: ConnectedClientDto })
  client!: ConnectedClientDto;

  @ApiProperty({ example: 'readwrite', description: 'what the application may do, at most' })
  scope!: string;

  @ApiProperty({ enum: ['active', 'revoked'], example: 'active' })
  status!: 'active' | 'revoked';

  @ApiProperty({ type: PersonDto, description: 'in whose name the application acts' })
  grantedBy!: PersonDto;

  @ApiProperty({
    example: false,
    description: 'whether somebody else in the account has the name of `grantedBy`, too',
  })
  namesake!: boolean;

  @ApiProperty({ format: 'date-time', example: GRANTED_AT, description: 'the latest consent' })
  grantedAt!: string;

  @ApiProperty({
    type: GrantedInAdvanceDto,
    nullable: true,
    example: null,
    description:
      'whose the latest consent is: the company’s, given in advance, so that the person was not asked; null: the person’s own',
  })
  grantedInAdvance!: GrantedInAdvanceDto | null;

  @ApiProperty({
    type: String,
    format: 'date-time',
    nullable: true,
    example: '2026-11-22T09:41:12.000Z',
    description: 'null until a token has been used; exact to the minute',
  })
  lastUsedAt!: string | null;

  @ApiProperty({ type: String, format: 'date-time', nullable: true, example: null })
  lastRefreshRefusedAt!: string | null;

  @ApiProperty({
    type: String,
    format: 'date-time',
    nullable: true,
    example: EXPIRES_AT,
    description: 'when it ends by itself; null: never',
  })
  expiresAt!: string | null;

  @ApiProperty({ type: String, format: 'date-time', nullable: true, example: null })
  revokedAt!: string | null;

  @ApiProperty({
    type: PersonDto,
    nullable: true,
    description: 'null if it was the application, or Flixcheck',
  })
  revokedBy!: PersonDto | null;

  @ApiProperty({ enum: REVOCATION_REASONS, nullable: true, example: null })
  revocationReason!: RevocationReason | null;

  @ApiProperty({
    enum: CONNECTION_HEALTHS,
    example: 'ok',
    description: `\`unused\`: no request yet; \`dormant\`: neither used nor granted for ${inWords(DORMANT_AFTER_MS)}; \`refresh_refused\`: the last refresh was refused, and nothing has worked since`,
  })
  health!: ConnectionHealth;
}

export class UsageDto {
  @ApiProperty({ format: 'date', example: '2026-11-22', description: 'UTC' })
  day!: string;

  @ApiProperty({ type: 'integer', example: 128 })
  requests!: number;
}

export class ConnectionDetailDto extends ConnectionDto {
  @ApiProperty({
    type: [UsageDto],
    description: `requests on the last ${USAGE_DAYS} days, oldest first; days without any are left out`,
  })
  usage!: UsageDto[];
}

export class EventActorDto {
  @ApiProperty({ format: 'uuid', example: USER_ID })
  id!: string;

  @ApiProperty({ example: 'User' })
  firstName!: string;

  @ApiProperty({ example: 'Musterhaus' })
  lastName!: string;
}

export class FormerTermsDto {
  @ApiProperty({ example: 'readwrite' })
  scope!: string;

  @ApiProperty({ type: String, format: 'date-time', nullable: true, example: null })
  expiresAt!: string | null;
}

export class ConnectionEventDto {
  @ApiProperty({ example: '4711' })
  id!: string;

  @ApiProperty({ format: 'date-time', example: GRANTED_AT })
  at!: string;

  @ApiProperty({
    enum: CONNECTION_EVENT_TYPES,
    example: 'granted',
    description:
      '`used` is recorded once a day, `refresh_refused` once an hour at most; `grant_revoked`: the tokens of an earlier grant have ended, the connection goes on',
  })
  type!: ConnectionEventType;

  @ApiProperty({
    type: EventActorDto,
    nullable: true,
    description: 'null if it was not a user; of a consent given in advance, the admin who gave it',
  })
  actor!: EventActorDto | null;

  @ApiProperty({ type: String, nullable: true, example: 'readwrite' })
  scope!: string | null;

  @ApiProperty({
    type: String,
    nullable: true,
    example: null,
    description:
      'why: of `revoked` the revocation reason, of `refresh_refused` the stable reason, of `grant_revoked` `client`, or `superseded` by too many younger grants; of `granted`, `renewed` and `limit_changed`, when the connection ends by itself, if it does',
  })
  detail!: string | null;

  @ApiProperty({
    example: false,
    description:
      'of `granted` and `renewed`: an admin had granted the application in advance, and the person was not asked',
  })
  inAdvance!: boolean;

  @ApiProperty({
    type: FormerTermsDto,
    nullable: true,
    example: null,
    description:
      'of `renewed`, `narrowed` and `limit_changed`: what the application might do before, and when the connection was to end by itself; null in older events',
  })
  former!: FormerTermsDto | null;
}
