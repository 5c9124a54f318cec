import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { SCOPES, type Scope } from '@flixcheck/oauth-protocol';
import { Type } from 'class-transformer';
import {
  ArrayMaxSize,
  ArrayMinSize,
  ArrayUnique,
  IsArray,
  IsBoolean,
  IsDefined,
  IsIn,
  IsObject,
  IsOptional,
  IsString,
  Matches,
  MaxLength,
  ValidateNested,
} from 'class-validator';
import { IsDisplayText } from '../http/display-text.js';
import { CannotChange, IsLinkUri, IsOmittable, MAX_REDIRECT_URIS } from './client-rules.js';
import { ClientSecretDto, FirstClientSecretDto } from './client-secrets.dto.js';
import {
  CLIENT_ID,
  CLIENT_KINDS,
  CLIENT_STATUSES,
  type ClientKind,
  type ClientStatus,
} from './oauth-client.js';

const REDIRECT_URIS = {
  description:
    'Compared character for character: https, or http on a loopback address. A public client’s loopback IP matches on any port (RFC 8252 §7.3).',
  example: ['https://maklerwelt.example/flixcheck/callback'],
  type: String,
  isArray: true as const,
  minItems: 1,
  maxItems: MAX_REDIRECT_URIS,
};
const SCOPES_SCHEMA = {
  description: 'What the client may ask for. `readwrite` includes `read`.',
  enum: SCOPES,
  isArray: true,
  example: ['read', 'readwrite'],
};
const uri = (description: string, example: string) => ({
  description,
  example,
  format: 'uri',
  maxLength: 2000,
  type: String,
  nullable: true,
});
const LOGO_URI = uri('Shown to users', 'https://maklerwelt.example/logo.svg');
const HOMEPAGE_URI = uri('The application’s own page', 'https://maklerwelt.example');
const PRIVACY_POLICY_URI = uri(
  'What the publisher does with data',
  'https://maklerwelt.example/datenschutz',
);
const START_URI = uri(
  'Where the application itself begins a connection; without it, users begin at the authorize page',
  'https://maklerwelt.example/einstellungen/flixcheck',
);

export class OAuthClientCreateInput {
  @ApiPropertyOptional({
    description: 'Chosen by the operator, or else generated. Never used twice.',
    example: 'maklerwelt-crm',
    pattern: CLIENT_ID.source,
  })
  @IsOmittable()
  @IsString()
  @Matches(CLIENT_ID, {
    message: '$property must have 3 to 64 characters of A–Z, a–z, 0–9, hyphen and underscore',
  })
  clientId?: string;

  @ApiProperty({ example: 'Maklerwelt CRM', maxLength: 100 })
  @IsDisplayText()
  @MaxLength(100)
  name!: string;

  @ApiPropertyOptional({
    description: 'What the application is for, in a sentence that users read',
    example: 'Verwaltet Kunden und startet Flixchecks direkt aus der Kundenakte.',
    maxLength: 500,
    default: '',
  })
  @IsOmittable()
  @IsDisplayText({ mayBeEmpty: true })
  @MaxLength(500)
  description?: string;

  @ApiProperty({ example: 'Maklerwelt Software GmbH', maxLength: 100 })
  @IsDisplayText()
  @MaxLength(100)
  publisher!: string;

  @ApiPropertyOptional({
    description: 'Whether Flixcheck has verified who the publisher is',
    default: false,
  })
  @IsOmittable()
  @IsBoolean()
  publisherVerified?: boolean;

  @ApiProperty({
    description: 'A confidential client keeps a secret on a server; a public one cannot',
    enum: CLIENT_KINDS,
    example: 'confidential',
  })
  @IsIn(CLIENT_KINDS)
  kind!: ClientKind;

  @ApiProperty(REDIRECT_URIS)
  @IsArray()
  @ArrayMinSize(1)
  @ArrayMaxSize(MAX_REDIRECT_URIS)
  @IsString({ each: true })
  redirectUris!: string[];

  @ApiPropertyOptional({ ...SCOPES_SCHEMA, default: [...SCOPES] })
  @IsOmittable()
  @IsArray()
  @ArrayMinSize(1)
  @ArrayUnique()
  @IsIn(SCOPES, { each: true })
  scopes?: Scope[];

  @ApiPropertyOptional({
    description: 'Always true for public clients; false only for the documented flow without PKCE',
    default: true,
  })
  @IsOmittable()
  @IsBoolean()
  requirePkce?: boolean;

  @ApiPropertyOptional(LOGO_URI)
  @IsOptional()
  @IsLinkUri()
  logoUri?: string | null;

  @ApiPropertyOptional(HOMEPAGE_URI)
  @IsOptional()
  @IsLinkUri()
  homepageUri?: string | null;

  @ApiPropertyOptional(PRIVACY_POLICY_URI)
  @IsOptional()
  @IsLinkUri()
  privacyPolicyUri?: string | null;

  @ApiPropertyOptional(START_URI)
  @IsOptional()
  @IsLinkUri()
  startUri?: string | null;
}

export class OAuthClientCreateRequest {
  @ApiProperty({ type: () => OAuthClientCreateInput })
  @IsDefined()
  @IsObject()
  @ValidateNested()
  @Type(() => OAuthClientCreateInput)
  resource!: OAuthClientCreateInput;
}

export class OAuthClientUpdateInput {
  @CannotChange('tokens and integrations name it. Register another client instead')
  clientId?: undefined;

  @CannotChange('it decides how the client authenticates. Register another client instead')
  kind?: undefined;

  @ApiPropertyOptional({ example: 'Maklerwelt CRM', maxLength: 100 })
  @IsOmittable()
  @IsDisplayText()
  @MaxLength(100)
  name?: string;

  @ApiPropertyOptional({ maxLength: 500 })
  @IsOmittable()
  @IsDisplayText({ mayBeEmpty: true })
  @MaxLength(500)
  description?: string;

  @ApiPropertyOptional({ example: 'Maklerwelt Software GmbH', maxLength: 100 })
  @IsOmittable()
  @IsDisplayText()
  @MaxLength(100)
  publisher?: string;

  @ApiPropertyOptional()
  @IsOmittable()
  @IsBoolean()
  publisherVerified?: boolean;

  @ApiPropertyOptional(REDIRECT_URIS)
  @IsOmittable()
  @IsArray()
  @ArrayMinSize(1)
  @ArrayMaxSize(MAX_REDIRECT_URIS)
  @IsString({ each: true })
  redirectUris?: string[];

  @ApiPropertyOptional({
    ...SCOPES_SCHEMA,
    description: 'What the client may ask for from now on; what users granted before stays',
  })
  @IsOmittable()
  @IsArray()
  @ArrayMinSize(1)
  @ArrayUnique()
  @IsIn(SCOPES, { each: true })
  scopes?: Scope[];

  @ApiPropertyOptional()
  @IsOmittable()
  @IsBoolean()
  requirePkce?: boolean;

  @ApiPropertyOptional({
    description:
      '`disabled` ends all connections of the client at once; enabling it again brings none of them back',
    enum: CLIENT_STATUSES,
    example: 'disabled',
  })
  @IsOmittable()
  @IsIn(CLIENT_STATUSES)
  status?: ClientStatus;

  @ApiPropertyOptional(LOGO_URI)
  @IsOptional()
  @IsLinkUri()
  logoUri?: string | null;

  @ApiPropertyOptional(HOMEPAGE_URI)
  @IsOptional()
  @IsLinkUri()
  homepageUri?: string | null;

  @ApiPropertyOptional(PRIVACY_POLICY_URI)
  @IsOptional()
  @IsLinkUri()
  privacyPolicyUri?: string | null;

  @ApiPropertyOptional(START_URI)
  @IsOptional()
  @IsLinkUri()
  startUri?: string | null;
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
export class RegistryClientDto {
  @ApiProperty({ format: 'uuid', example: '0b8f6f8e-4a6b-4c55-9d0c-7d8b1c0c3a11' })
  id!: string;

  @ApiProperty({ example: 'maklerwelt-crm' })
  clientId!: string;

  @ApiProperty({ example: 'Maklerwelt CRM' })
  name!: string;

  @ApiProperty({
    example: 'Verwaltet Kunden und startet Flixchecks direkt aus der Kundenakte.',
  })
  description!: string;

  @ApiProperty({ example: 'Maklerwelt Software GmbH' })
  publisher!: string;

  @ApiProperty()
  publisherVerified!: boolean;

  @ApiProperty({ enum: CLIENT_KINDS })
  kind!: ClientKind;

  @ApiProperty(REDIRECT_URIS)
  redirectUris!: readonly string[];

  @ApiProperty(SCOPES_SCHEMA)
  scopes!: readonly Scope[];

  @ApiProperty()
  requirePkce!: boolean;

  @ApiProperty({ enum: CLIENT_STATUSES })
  status!: ClientStatus;

  @ApiProperty(LOGO_URI)
  logoUri!: string | null;

  @ApiProperty(HOMEPAGE_URI)
  homepageUri!: string | null;

  @ApiProperty(PRIVACY_POLICY_URI)
  privacyPolicyUri!: string | null;

  @ApiProperty(START_URI)
  startUri!: string | null;

  @ApiProperty({ type: [ClientSecretDto], description: 'The live secrets, without their values' })
  secrets!: ClientSecretDto[];

  @ApiProperty({ type: String, format: 'date-time', example: '2026-11-22T10:15:00.000Z' })
  createdAt!: Date;

  @ApiProperty({ type: String, format: 'date-time', example: '2026-11-22T10:15:00.000Z' })
  updatedAt!: Date;
}

export class CreatedClientDto extends RegistryClientDto {
  @ApiPropertyOptional({
    type: FirstClientSecretDto,
    description: 'Confidential clients only. The one time that the value is seen',
  })
  secret?: FirstClientSecretDto;
}
