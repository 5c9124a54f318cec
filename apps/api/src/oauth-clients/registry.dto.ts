import {
  ApiProperty,
  ApiPropertyOptional,
  IntersectionType,
  OmitType,
  PartialType,
  PickType,
} from '@nestjs/swagger';
import { Type } from 'class-transformer';
import { IsDefined, IsObject, ValidateNested } from 'class-validator';
import { ClientProfile, ClientRecord, PROFILE_FIELDS } from './client-record.js';
import { CannotChange } from './client-rules.js';
import { ClientSecretDto, FirstClientSecretDto } from './client-secrets.dto.js';

/** A field may be left out, but where it is sent it is checked: null is no value of most. */
const LEFT_OUT = { skipNullProperties: false };

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

/** A client as the registry shows it to operators. */
export class RegistryClientDto extends ClientRecord {
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
