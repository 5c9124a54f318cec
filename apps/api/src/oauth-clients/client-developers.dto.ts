import { ApiProperty, OmitType, PartialType, PickType } from '@nestjs/swagger';
import { Type } from 'class-transformer';
import { IsDefined, IsEmail, IsObject, MaxLength, ValidateNested } from 'class-validator';
import { ASKED_FIELDS } from './client-changes.js';
import { ClientProfile, MAX_EMAIL_LENGTH, PROFILE_FIELDS } from './client-record.js';
import { CannotChange } from './client-rules.js';
import { LEFT_OUT, RegistryClientDto } from './registry.dto.js';

export class ClientDeveloperInput {
  @ApiProperty({
    format: 'email',
    maxLength: MAX_EMAIL_LENGTH,
    description: 'of somebody who signs in to the portal, whatever their company',
    example: 'user@musterhaus.example',
  })
  @IsEmail()
  @MaxLength(MAX_EMAIL_LENGTH)
  email!: string;
}

export class ClientDeveloperRequest {
  @ApiProperty({ type: () => ClientDeveloperInput })
  @IsDefined()
  @IsObject()
  @ValidateNested()
  @Type(() => ClientDeveloperInput)
  resource!: ClientDeveloperInput;
}

/** Somebody who looks after a client at its publisher. */
export class ClientDeveloperDto {
  @ApiProperty({ format: 'uuid', example: '6a1f0c7e-2b55-4a0e-9f2d-8c1b7e5d4a30' })
  id!: string;

  @ApiProperty({ format: 'email', example: 'user@musterhaus.example' })
  email!: string;

  @ApiProperty({ example: 'Uwe' })
  firstName!: string;

  @ApiProperty({ example: 'User' })
  lastName!: string;

  @ApiProperty({ type: String, format: 'date-time', example: '2026-11-26T08:30:00.000Z' })
  addedAt!: Date;
}

/**
 * A client as its developers see it. Who at Flixcheck has verified it, and what other companies
 * Flixcheck has, is not their business.
 */
export class DeveloperClientDto extends OmitType(RegistryClientDto, [
  'publisherVerification',
  'accountIds',
  'accounts',
]) {
  @ApiProperty({
    example: false,
    description:
      'Whether Flixcheck has registered it for chosen companies: people of others cannot connect it',
  })
  limitedToCompanies!: boolean;
}

export class DeveloperClientDetailDto extends DeveloperClientDto {
  @ApiProperty({
    type: String,
    format: 'date-time',
    nullable: true,
    example: null,
    description: 'since when Flixcheck has switched it off; null: it has not',
  })
  disabledAt!: string | null;
}

/** What names nobody and opens nothing: the rest is what companies have agreed to. */
const DEVELOPER_FIELDS = [
  'description',
  'descriptionEn',
  'homepageUri',
  'privacyPolicyUri',
  'contactEmail',
] as const;

export class DeveloperClientUpdateInput extends PartialType(
  PickType(ClientProfile, DEVELOPER_FIELDS),
  LEFT_OUT,
) {}
const own: readonly string[] = DEVELOPER_FIELDS;
const asked: readonly string[] = ASKED_FIELDS;
for (const name of [...PROFILE_FIELDS.map((field) => field.name), 'status', 'clientId', 'kind']) {
  if (own.includes(name)) continue;
  const how = asked.includes(name)
    ? 'Ask for it with POST …/change-requests'
    : 'Ask the people who registered your application';
  CannotChange(`only Flixcheck may change it. ${how}`)(DeveloperClientUpdateInput.prototype, name);
}

export class DeveloperClientUpdateRequest {
  @ApiProperty({ type: () => DeveloperClientUpdateInput })
  @IsDefined()
  @IsObject()
  @ValidateNested()
  @Type(() => DeveloperClientUpdateInput)
  resource!: DeveloperClientUpdateInput;
}
