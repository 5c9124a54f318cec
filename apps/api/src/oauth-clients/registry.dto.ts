import {
  ApiProperty,
  ApiPropertyOptional,
  IntersectionType,
  OmitType,
  PartialType,
  PickType,
} from '@nestjs/swagger';
import { Type } from 'class-transformer';
import { IsDefined, IsIn, IsObject, IsOptional, ValidateNested } from 'class-validator';
import { SearchQuery } from '../http/envelope.js';
import { AccountDto } from '../users/accounts.dto.js';
import { ClientProfile, ClientRecord, PROFILE_FIELDS } from './client-record.js';
import { CannotChange, CLIENT_STATUSES, type ClientStatus } from './client-rules.js';
import { ClientSecretDto, FirstClientSecretDto } from './client-secrets.dto.js';
import { CLIENT_SORTS, type ClientSort } from './find-clients.js';

/** A field may be left out, but where it is sent it is checked: null is no value of most. */
export const LEFT_OUT = { skipNullProperties: false };

/** What the registry can assume nothing of. */
export const NEEDED = ['name', 'publisher', 'redirectUris', 'scopes'] as const;

class ProfileWithDefaults extends PartialType(OmitType(ClientProfile, NEEDED), LEFT_OUT) {}
for (const { name, initial } of PROFILE_FIELDS) {
  const mapped = Object.getPrototypeOf(ProfileWithDefaults.prototype) as object;
  if (initial !== undefined && initial !== null) ApiProperty({ default: initial })(mapped, name);
}

export class OAuthClientCreateInput extends IntersectionType(
  PickType(ClientRecord, ['kind', ...NEEDED]),
  PartialType(PickType(ClientRecord, ['clientId']), LEFT_OUT),
  ProfileWithDefaults,
) {}

export class OAuthClientCreateRequest {
  @ApiProperty({ type: () => OAuthClientCreateInput })
  @IsDefined()
  @IsObject()
  @ValidateNested()
  @Type(() => OAuthClientCreateInput)
  resource!: OAuthClientCreateInput;
}

export class OAuthClientUpdateInput extends PartialType(
  IntersectionType(ClientProfile, PickType(ClientRecord, ['status'])),
  LEFT_OUT,
) {
  @CannotChange('tokens and integrations name it. Register another client instead')
  clientId?: undefined;

  @CannotChange('it decides how the client authenticates. Register another client instead')
  kind?: undefined;
}

export class OAuthClientUpdateRequest {
  @ApiProperty({ type: () => OAuthClientUpdateInput })
  @IsDefined()
  @IsObject()
  @ValidateNested()
  @Type(() => OAuthClientUpdateInput)
  resource!: OAuthClientUpdateInput;
}

export class RegistryQuery extends SearchQuery {
  @ApiPropertyOptional({ enum: CLIENT_STATUSES, description: 'Both, where it is left out' })
  @IsOptional()
  @IsIn(CLIENT_STATUSES)
  status?: ClientStatus;

  @ApiPropertyOptional({
    enum: CLIENT_SORTS,
    default: '-createdAt',
    description: '`name`: in the order of German dictionaries; `-` reverses the order',
  })
  @IsOptional()
  @IsIn(CLIENT_SORTS)
  sort?: ClientSort;
}

class OperatorDto {
  @ApiProperty({ format: 'uuid', example: '3f0c5d52-9a0c-4f5e-8a55-0b1b7c6d9e10' })
  id!: string;

  @ApiProperty({ example: 'Olga' })
  firstName!: string;

  @ApiProperty({ example: 'Operator' })
  lastName!: string;
}

export class PublisherVerificationDto {
  @ApiProperty({ type: String, format: 'date-time', example: '2026-11-22T10:15:00.000Z' })
  at!: Date;

  @ApiProperty({ type: OperatorDto, nullable: true, description: 'null: on the command line' })
  by!: OperatorDto | null;
}

/** A client as the registry shows it to operators. */
export class RegistryClientDto extends ClientRecord {
  @ApiProperty({
    type: PublisherVerificationDto,
    nullable: true,
    description: 'null: not verified, or before this was recorded',
  })
  publisherVerification!: PublisherVerificationDto | null;

  @ApiProperty({
    type: [AccountDto],
    nullable: true,
    example: null,
    description: 'The companies of `accountIds`, by name',
  })
  accounts!: AccountDto[] | null;

  @ApiProperty({
    type: 'integer',
    minimum: 1,
    example: 3,
    description: 'Grows with each change; in quotation marks, it is the ETag',
  })
  version!: number;

  @ApiProperty({ type: [ClientSecretDto], description: 'The live secrets, without their values' })
  secrets!: ClientSecretDto[];
}

export class CreatedClientDto extends RegistryClientDto {
  @ApiPropertyOptional({
    type: FirstClientSecretDto,
    description: 'Confidential clients only. The only time that its value is shown',
  })
  secret?: FirstClientSecretDto;
}
