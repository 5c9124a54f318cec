import { GrantedInAdvanceDto } from '../connections/connections.dto.js';
import { ApiProperty, ApiPropertyOptional, PickType } from '@nestjs/swagger';
import { Type } from 'class-transformer';
import {
  IsBoolean,
  IsDefined,
  IsObject,
  IsOptional,
  IsString,
  IsUUID,
  MaxLength,
  ValidateNested,
} from 'class-validator';
import { REFUSAL_REASONS, type RefusalReason } from '../account-policy/account-policy.js';
import { MAX_NOTE_LENGTH } from '../account-policy/approval-requests.dto.js';
import { inWords } from '../config/in-words.js';
import { LONGEST_LIMIT_MS } from '../connections/time-limits.js';
import { IsDisplayText } from '../http/display-text.js';
import { ClientRecord } from '../oauth-clients/client-record.js';
import { IsOmittable } from '../oauth-clients/client-rules.js';
import { OAuthScopeDto } from '../oauth-clients/oauth-scopes.js';
import { IsMoment } from '../http/validation.js';
import { AccountDto } from '../users/accounts.dto.js';
import { PersonDto } from '../users/profile.dto.js';
import { CODE_LIFETIME_MS } from './code-rules.js';

const MAX_LENGTH = 4096;

export class OAuthCodeInput {
  @ApiProperty({ example: 'maklerwelt-crm' })
  @IsString()
  @MaxLength(MAX_LENGTH)
  clientId!: string;

  @ApiPropertyOptional({
    example: 'http://localhost:4000/callback',
    description: 'may be left out if only one is registered',
  })
  @IsOptional()
  @IsString()
  @MaxLength(MAX_LENGTH)
  redirectUri?: string;

  @ApiPropertyOptional({
    example: 'readwrite',
    description: 'absent: all that the client may have',
  })
  @IsOptional()
  @IsString()
  @MaxLength(MAX_LENGTH)
  scope?: string;

  @ApiPropertyOptional({ example: 'open', description: 'returned unchanged in `redirectTo`' })
  @IsOptional()
  @IsString()
  @MaxLength(MAX_LENGTH)
  state?: string;

  @ApiPropertyOptional({
    example: 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM',
    description: 'RFC 7636, S256',
  })
  @IsOptional()
  @IsString()
  @MaxLength(MAX_LENGTH)
  codeChallenge?: string;

  @ApiPropertyOptional({ enum: ['S256'] })
  @IsOptional()
  @IsString()
  @MaxLength(MAX_LENGTH)
  codeChallengeMethod?: string;

  @ApiPropertyOptional({
    format: 'uuid',
    description:
      'the user whom the page has named; where somebody else is signed in by now, nothing is granted (409 `user_changed`)',
  })
  @IsOptional()
  @IsUUID()
  userId?: string;

  @ApiPropertyOptional({
    description:
      'of the application as the page has shown it; where it is shown otherwise by now, nothing is granted (409 `client_changed`)',
  })
  @IsOptional()
  @IsString()
  @MaxLength(MAX_LENGTH)
  clientVersion?: string;

  @ApiPropertyOptional({
    description:
      'of the user’s connection to the application as the page has shown it, or its absence; where it has been opened, ended or changed by now, nothing is granted (409 `connection_changed`)',
  })
  @IsOptional()
  @IsString()
  @MaxLength(MAX_LENGTH)
  connectionVersion?: string;

  @ApiPropertyOptional({
    type: String,
    format: 'date-time',
    nullable: true,
    example: '2026-12-25T08:15:30.000Z',
    description: `when the connection ends by itself: a day to ${inWords(LONGEST_LIMIT_MS)} from now; null: never. Left out, a connection that is there keeps its end, and a new one has none`,
  })
  @IsOptional()
  @IsMoment()
  expiresAt?: string | null;

  @ApiPropertyOptional({
    example: false,
    description:
      'true: nobody was asked, because an admin has granted it in advance. Where that does not hold any more, nothing is granted (409 `conflict`). Excludes an end in `expiresAt`, which only somebody who was asked can choose',
  })
  @IsOptional()
  @IsBoolean()
  inAdvance?: boolean;
}

export class OAuthCodeCreateRequest {
  @ApiProperty({ type: OAuthCodeInput })
  @IsDefined()
  @IsObject()
  @ValidateNested()
  @Type(() => OAuthCodeInput)
  resource!: OAuthCodeInput;
}

export class OAuthCodeDto {
  @ApiProperty({ description: `works once, for ${inWords(CODE_LIFETIME_MS)}` })
  code!: string;

  @ApiProperty({ format: 'date-time' })
  expiresAt!: string;

  @ApiProperty({
    type: String,
    nullable: true,
    description: 'the redirect URI with code, state and iss; null if the code is bound to none',
  })
  redirectTo!: string | null;
}

export const REQUESTING_CLIENT = [
  'clientId',
  'name',
  'description',
  'descriptionEn',
  'publisher',
  'publisherVerified',
  'kind',
  'logoUri',
  'homepageUri',
  'privacyPolicyUri',
] as const;
export class RequestingClientDto extends PickType(ClientRecord, REQUESTING_CLIENT) {}

export class ExistingConnectionDto {
  @ApiProperty({ format: 'uuid' }) id!: string;
  @ApiProperty({ example: 'read' }) scope!: string;
  @ApiProperty({ format: 'date-time' }) grantedAt!: string;
  @ApiProperty({ type: String, format: 'date-time', nullable: true }) lastUsedAt!: string | null;
  @ApiProperty({
    type: String,
    format: 'date-time',
    nullable: true,
    description: 'when it ends by itself; null: never',
  })
  expiresAt!: string | null;
}

/** What the user has asked the account's admins for. */
export class AskedDto {
  @ApiProperty({ format: 'uuid' }) id!: string;
  @ApiProperty({ enum: ['open', 'declined'] }) status!: 'open' | 'declined';
  @ApiProperty({ format: 'date-time' }) requestedAt!: string;
  @ApiProperty({ type: String, format: 'date-time', nullable: true }) decidedAt!: string | null;
  @ApiProperty({ description: 'what the admin has written; may be empty' }) answer!: string;
}

export class RefusalDto {
  @ApiProperty({
    enum: REFUSAL_REASONS,
    description:
      '`not_for_account`: Flixcheck has registered the application for other companies, which no admin can change; `blocked`: this application; `not_verified`: the account allows verified publishers; `not_selected`: it allows what its admins have selected',
  })
  reason!: RefusalReason;

  @ApiProperty({ description: 'whether the user is an admin of the account, who can allow it' })
  mayDecide!: boolean;

  @ApiProperty({ type: AskedDto, nullable: true }) request!: AskedDto | null;
}

export class ApprovalRequestInput {
  @ApiProperty({
    example: 'clientId=maklerwelt-crm&response_type=code&state=open',
    description: 'of the authorize page, to go on with after the approval',
  })
  @IsString()
  @MaxLength(MAX_LENGTH)
  query!: string;

  @ApiPropertyOptional({ maxLength: MAX_NOTE_LENGTH, example: 'Für die Schadenmeldungen.' })
  @IsOmittable()
  @IsDisplayText({ mayBeEmpty: true, asTyped: true })
  @MaxLength(MAX_NOTE_LENGTH)
  note?: string;
}

export class ApprovalRequestCreateRequest {
  @ApiProperty({ type: ApprovalRequestInput })
  @IsDefined()
  @IsObject()
  @ValidateNested()
  @Type(() => ApprovalRequestInput)
  resource!: ApprovalRequestInput;
}

/** What the authorize page shows. */
export class AuthorizationRequestDto {
  @ApiProperty({ type: RequestingClientDto }) client!: RequestingClientDto;
  @ApiProperty({
    example: 'x6kU0gq3O3qTgJ0wZ1cLhA',
    description: 'another one whenever `client` is another: for the grant',
  })
  clientVersion!: string;
  @ApiProperty({ example: 'http://localhost:4000/callback' }) redirectUri!: string;
  @ApiProperty({ example: 'localhost:4000' }) redirectHost!: string;
  @ApiProperty({ example: 'readwrite' }) scope!: string;
  @ApiProperty({ type: [String], example: ['readwrite'] }) scopes!: string[];
  @ApiProperty({
    type: [OAuthScopeDto],
    description: 'what these scopes mean, and what the application may not do without the others',
  })
  knownScopes!: OAuthScopeDto[];
  @ApiProperty({ type: String, nullable: true }) state!: string | null;
  @ApiProperty({ type: String, nullable: true }) codeChallenge!: string | null;
  @ApiProperty({ type: String, nullable: true, enum: ['S256', null] })
  codeChallengeMethod!: 'S256' | null;
  @ApiProperty({ type: PersonDto }) user!: PersonDto;
  @ApiProperty({ type: AccountDto }) account!: AccountDto;
  @ApiProperty({ type: ExistingConnectionDto, nullable: true })
  existingConnection!: ExistingConnectionDto | null;
  @ApiProperty({
    example: 'x6kU0gq3O3qTgJ0wZ1cLhA',
    description:
      'another one whenever `existingConnection` is another, or has another scope or end: for the grant',
  })
  connectionVersion!: string;
  @ApiProperty({ description: 'where to go when the user refuses, or may not grant access' })
  denyRedirectTo!: string;
  @ApiProperty({
    type: GrantedInAdvanceDto,
    nullable: true,
    description: 'not null: the page goes on without a question',
  })
  grantedInAdvance!: GrantedInAdvanceDto | null;
  @ApiProperty({
    type: RefusalDto,
    nullable: true,
    description: 'why the account does not allow the application; null: it does',
  })
  refusal!: RefusalDto | null;
}
