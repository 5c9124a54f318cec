import {
  ApiProperty,
  ApiPropertyOptional,
  IntersectionType,
  OmitType,
  PartialType,
  PickType,
} from '@nestjs/swagger';
import { SCOPES, type Scope } from '@flixcheck/oauth-protocol';
import { Type } from 'class-transformer';
import { IsDefined, IsIn, IsObject, IsOptional, MaxLength, ValidateNested } from 'class-validator';
import { IsDisplayText } from '../http/display-text.js';
import { PageQuery } from '../http/envelope.js';
import { CHANGE_REQUEST_STATUSES, type ChangeRequestStatus } from './client-change-requests.js';
import { ASKED_FIELDS } from './client-changes.js';
import { ClientDeveloperDto } from './client-developers.dto.js';
import { ClientProfile, ClientRecord } from './client-record.js';
import { IsOmittable } from './client-rules.js';
import { LEFT_OUT, RegistryClientDto } from './registry.dto.js';

/** Of a note and of an answer. */
const MAX_WORDS_LENGTH = 500;

const Words = (example: string) => (prototype: object, property: string) => {
  ApiPropertyOptional({ type: String, maxLength: MAX_WORDS_LENGTH, example })(prototype, property);
  IsOmittable()(prototype, property);
  IsDisplayText({ mayBeEmpty: true, asTyped: true })(prototype, property);
  MaxLength(MAX_WORDS_LENGTH)(prototype, property);
};

export class ClientChangeInput extends PartialType(
  PickType(ClientProfile, ASKED_FIELDS),
  LEFT_OUT,
) {
  @Words('Wir ziehen auf einen neuen Server um.')
  note?: string;
}

export class ClientChangeRequest {
  @ApiProperty({ type: () => ClientChangeInput })
  @IsDefined()
  @IsObject()
  @ValidateNested()
  @Type(() => ClientChangeInput)
  resource!: ClientChangeInput;
}

class RedirectUrisChangeDto {
  @ApiProperty({ type: [String], example: ['https://maklerwelt.example/flixcheck/callback'] })
  from!: string[];

  @ApiProperty({ type: [String], example: ['https://app.maklerwelt.example/flixcheck/callback'] })
  to!: string[];
}

class ScopesChangeDto {
  @ApiProperty({ enum: SCOPES, isArray: true, example: ['read'] })
  from!: Scope[];

  @ApiProperty({ enum: SCOPES, isArray: true, example: ['read', 'readwrite'] })
  to!: Scope[];
}

class RequestedChangesDto {
  @ApiProperty({ type: RedirectUrisChangeDto, nullable: true, description: 'null: as they are' })
  redirectUris!: RedirectUrisChangeDto | null;

  @ApiProperty({ type: ScopesChangeDto, nullable: true, description: 'null: as they are' })
  scopes!: ScopesChangeDto | null;
}

/** A developer, without their address. */
class DeveloperNameDto extends PickType(ClientDeveloperDto, ['id', 'firstName', 'lastName']) {}
export class ChangeRequestPersonDto extends OmitType(ClientDeveloperDto, ['addedAt']) {}

/** What a developer has asked to change about a client, as its developers see it. */
export class DeveloperChangeRequestDto {
  @ApiProperty({ format: 'uuid', example: '2e8b6f0a-1d0c-4b7e-9a55-5c1b7e5d4a31' })
  id!: string;

  @ApiProperty({ enum: CHANGE_REQUEST_STATUSES, example: 'open' })
  status!: ChangeRequestStatus;

  @ApiProperty({ description: 'what the client had, and what it shall have' })
  changes!: RequestedChangesDto;

  @ApiProperty({
    example: false,
    description:
      'open, but the client has been changed meanwhile: it can only be declined, withdrawn or replaced',
  })
  outdated!: boolean;

  @ApiProperty({ description: 'what the developer has written; may be empty' })
  note!: string;

  @ApiProperty({ type: DeveloperNameDto })
  requestedBy!: DeveloperNameDto;

  @ApiProperty({ type: String, format: 'date-time', example: '2026-11-26T08:30:00.000Z' })
  requestedAt!: Date;

  @ApiProperty({ type: String, format: 'date-time', nullable: true })
  decidedAt!: Date | null;

  @ApiProperty({ description: 'what the operator has written; may be empty' })
  answer!: string;
}

const REQUESTED_CLIENT = [
  'id',
  'clientId',
  'name',
  'publisher',
  'publisherVerified',
  'logoUri',
  'status',
] as const;

/** The client that a change is asked for; `version` is its ETag. */
export class ChangeRequestClientDto extends IntersectionType(
  PickType(ClientRecord, REQUESTED_CLIENT),
  PickType(RegistryClientDto, ['version']),
) {}
export const CHANGE_REQUEST_CLIENT = [...REQUESTED_CLIENT, 'version'] as const;

/** The same as operators see it. */
export class ChangeRequestDto extends OmitType(DeveloperChangeRequestDto, ['requestedBy']) {
  @ApiProperty({ type: ChangeRequestClientDto })
  client!: ChangeRequestClientDto;

  @ApiProperty({ type: ChangeRequestPersonDto })
  requestedBy!: ChangeRequestPersonDto;

  @ApiProperty({ type: ChangeRequestPersonDto, nullable: true })
  decidedBy!: ChangeRequestPersonDto | null;
}

export class ChangeRequestsQuery extends PageQuery {
  @ApiPropertyOptional({ enum: CHANGE_REQUEST_STATUSES, description: 'absent: all' })
  @IsOptional()
  @IsIn(CHANGE_REQUEST_STATUSES)
  status?: ChangeRequestStatus;
}

export class ChangeRequestAnswerInput {
  @ApiProperty({ enum: ['accepted', 'declined'], example: 'accepted' })
  @IsIn(['accepted', 'declined'])
  status!: 'accepted' | 'declined';

  @Words('Bitte zuerst den Anbieter nachweisen.')
  answer?: string;
}

export class ChangeRequestAnswerRequest {
  @ApiProperty({ type: () => ChangeRequestAnswerInput })
  @IsDefined()
  @IsObject()
  @ValidateNested()
  @Type(() => ChangeRequestAnswerInput)
  resource!: ChangeRequestAnswerInput;
}
