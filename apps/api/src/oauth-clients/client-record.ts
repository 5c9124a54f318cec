import { applyDecorators } from '@nestjs/common';
import { ApiProperty, type ApiPropertyOptions } from '@nestjs/swagger';
import { SCOPE_INCLUSIONS, SCOPES, type Scope } from '@flixcheck/oauth-protocol';
import { Transform } from 'class-transformer';
import {
  ArrayMaxSize,
  ArrayMinSize,
  ArrayUnique,
  IsArray,
  IsBoolean,
  IsEmail,
  IsIn,
  IsString,
  IsUUID,
  Matches,
  MaxLength,
  ValidateIf,
} from 'class-validator';
import { Column, type ColumnOptions } from 'typeorm';
import { IsDisplayText } from '../http/display-text.js';
import {
  CLIENT_ID,
  CLIENT_KINDS,
  CLIENT_STATUSES,
  type ClientKind,
  type ClientStatus,
  IsLinkUri,
  MAX_CHOSEN_ACCOUNTS,
  MAX_REDIRECT_URIS,
  MAX_URI_LENGTH,
} from './client-rules.js';

/** RFC 5321 §4.5.3.1.3, without the angle brackets. */
export const MAX_EMAIL_LENGTH = 254;

/** Ids as the database writes them: a UUID is the same in capital letters (RFC 9562 §4). */
const toLowerCase = ({ value }: { value: unknown }): unknown =>
  Array.isArray(value)
    ? value.map((id: unknown) => (typeof id === 'string' ? id.toLowerCase() : id))
    : value;

/** How the command line takes a field and shows it. */
interface FieldOnCommandLine {
  /** What stands before the value in `oauth-clients show`. */
  label: string;
  /** What `--help` says, where not the description; of a yes-or-no field, for each option. */
  help?: string | { yes: string; no: string };
  /** The words for yes and no, where others fit better. */
  words?: { yes: string; no: string };
  /** Of a list, the name of one element: its option is repeated. */
  singular?: string;
  /** The value's name in `--help`. */
  value?: string;
}

interface FieldDescription extends FieldOnCommandLine {
  description: string;
  /** What a client starts with that is registered without it. */
  initial?: unknown;
}

export interface ProfileField extends FieldDescription {
  name: keyof ClientProfile;
  nullable: boolean;
}

const fields: ProfileField[] = [];
/** Every field of {@link ClientProfile}, in its order. */
export const PROFILE_FIELDS: readonly ProfileField[] = fields;

function Field(
  field: FieldDescription,
  column: ColumnOptions,
  api: ApiPropertyOptions,
  ...rules: PropertyDecorator[]
) {
  return (profile: object, property: string) => {
    const { nullable = false } = column;
    fields.push({ ...field, name: property as keyof ClientProfile, nullable });
    const name = property.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
    const { description } = field;
    applyDecorators(
      Column({ ...column, name }),
      ApiProperty({ ...api, description } as ApiPropertyOptions),
      ...rules,
    )(profile, property);
  };
}

type Described = FieldDescription & { example?: string };

const TextField = ({
  maxLength,
  mayBeEmpty = false,
  example,
  ...field
}: Described & { maxLength: number; mayBeEmpty?: boolean }) =>
  Field(
    { value: 'name', ...field },
    { type: 'text' },
    { type: String, example, maxLength },
    IsDisplayText({ mayBeEmpty }),
    MaxLength(maxLength),
  );

const LinkField = ({ example, ...field }: Described) =>
  Field(
    { value: 'uri', initial: null, ...field },
    { type: 'text', nullable: true },
    {
      type: String,
      format: 'uri',
      nullable: true,
      maxLength: MAX_URI_LENGTH,
      example,
    },
    ValidateIf((_, value: unknown) => value !== null),
    IsLinkUri(),
  );

const YesNoField = (field: Described) =>
  Field(field, { type: 'boolean' }, { type: Boolean }, IsBoolean());

/**
 * What operators register about an application and may change. This is the one description of each
 * field: column, rules, documentation and command-line option follow from it, and so does what the
 * registry takes, changes and shows. Which fields users see is chosen where it is shown.
 */
export class ClientProfile {
  @TextField({
    description: 'As users see it',
    example: 'Maklerwelt CRM',
    maxLength: 100,
    label: 'name',
  })
  name!: string;

  @TextField({
    description: 'What the application is for, in a sentence that users read',
    example: 'Verwaltet Kunden und startet Flixchecks direkt aus der Kundenakte.',
    maxLength: 500,
    mayBeEmpty: true,
    initial: '',
    label: 'description',
    value: 'text',
  })
  description!: string;

  @TextField({
    description:
      'The same in English, for users who read English; where it is empty, they see `description`',
    example: 'Manages customers and starts Flixchecks right from the customer’s file.',
    maxLength: 500,
    mayBeEmpty: true,
    initial: '',
    label: 'in English',
    help: 'the description in English; where it is empty, everybody sees --description',
    value: 'text',
  })
  descriptionEn!: string;

  @TextField({
    description: 'Who stands behind it',
    example: 'Maklerwelt Software GmbH',
    maxLength: 100,
    label: 'publisher',
  })
  publisher!: string;

  @YesNoField({
    description: 'Whether Flixcheck has verified who the publisher is',
    initial: false,
    label: 'verified',
    help: {
      yes: 'Flixcheck has verified who the publisher is',
      no: 'Flixcheck has not verified who the publisher is',
    },
  })
  publisherVerified!: boolean;

  @Field(
    {
      description:
        'Compared character for character: https, or http on a loopback address. A public client’s loopback IP matches on any port (RFC 8252 §7.3).',
      label: 'redirect URIs',
      help: 'where codes are sent; may be repeated',
      singular: 'redirectUri',
      value: 'uri',
    },
    { type: 'text', array: true },
    {
      example: ['https://maklerwelt.example/flixcheck/callback'],
      type: String,
      isArray: true,
      minItems: 1,
      maxItems: MAX_REDIRECT_URIS,
    },
    IsArray(),
    ArrayMinSize(1),
    ArrayMaxSize(MAX_REDIRECT_URIS),
    IsString({ each: true }),
  )
  redirectUris!: readonly string[];

  @Field(
    {
      description: `What the client may ask for. ${SCOPE_INCLUSIONS} A scope taken away is taken from its connections too.`,
      label: 'scopes',
      help: `what it may ask for: ${SCOPES.join(', ')}; may be repeated`,
      singular: 'scope',
      value: 'scope',
    },
    { type: 'text', array: true },
    {
      enum: SCOPES,
      isArray: true,
      example: ['readwrite'],
    },
    IsArray(),
    ArrayMinSize(1),
    ArrayUnique(),
    IsIn(SCOPES, { each: true }),
  )
  scopes!: readonly Scope[];

  @YesNoField({
    description: 'Always true for public clients; false only for the documented flow without PKCE',
    initial: true,
    label: 'PKCE',
    help: {
      yes: 'refuse requests without PKCE (what new clients start with)',
      no: 'take requests without PKCE too (confidential clients)',
    },
    words: { yes: 'required', no: 'optional' },
  })
  requirePkce!: boolean;

  @LinkField({
    description:
      'The address of its logo: ours once one has been uploaded, which is the only one that users are shown. Another address, or null, removes what was uploaded',
    example: 'https://connect.example/guest/v7/oauth-clients/maklerwelt-crm/logo/47DEQpj8HBSa',
    label: 'logo',
    help: 'the address of its logo; users are shown only one that was uploaded (--logo)',
  })
  logoUri!: string | null;

  @LinkField({
    description: 'The application’s own page',
    example: 'https://maklerwelt.example',
    label: 'homepage',
    help: 'its own page',
  })
  homepageUri!: string | null;

  @LinkField({
    description: 'What the publisher does with data',
    example: 'https://maklerwelt.example/datenschutz',
    label: 'privacy policy',
  })
  privacyPolicyUri!: string | null;

  @LinkField({
    description:
      'Where connecting starts at the application itself; without it, users start at the authorize page',
    example: 'https://maklerwelt.example/einstellungen/flixcheck',
    label: 'start',
    help: 'where the application itself begins a connection',
  })
  startUri!: string | null;

  @Field(
    {
      description:
        'Whom Flixcheck writes to about the client, such as its developers; users never see it',
      label: 'contact',
      help: 'whom Flixcheck writes to about the client',
      value: 'address',
      initial: null,
    },
    { type: 'text', nullable: true },
    {
      type: String,
      format: 'email',
      nullable: true,
      maxLength: MAX_EMAIL_LENGTH,
      example: 'entwicklung@maklerwelt.example',
    },
    ValidateIf((_, value: unknown) => value !== null),
    IsEmail(),
    MaxLength(MAX_EMAIL_LENGTH),
  )
  contactEmail!: string | null;

  @YesNoField({
    description:
      'Whether users are offered it among the available applications. Without it, they connect from the application itself',
    initial: true,
    label: 'offered',
    help: {
      yes: 'offer it to users in the portal (what new clients start with)',
      no: 'offer it to nobody: users connect from the application itself',
    },
    words: { yes: 'to users', no: 'to nobody' },
  })
  listed!: boolean;

  @Field(
    {
      description: `The companies that the client is meant for, at most ${MAX_CHOSEN_ACCOUNTS}: nobody else is offered it or can connect it. null: every company. Taking a company out ends its connections at once`,
      initial: null,
      label: 'companies',
      help: 'a company that it is meant for, instead of every one; may be repeated. It ends the connections of all others; an empty id means every company again',
      singular: 'accountId',
      value: 'id',
    },
    { type: 'uuid', array: true, nullable: true },
    {
      type: String,
      format: 'uuid',
      isArray: true,
      nullable: true,
      minItems: 1,
      maxItems: MAX_CHOSEN_ACCOUNTS,
      example: null,
    },
    Transform(toLowerCase),
    ValidateIf((_, value: unknown) => value !== null),
    IsArray(),
    ArrayMinSize(1),
    ArrayMaxSize(MAX_CHOSEN_ACCOUNTS),
    ArrayUnique(),
    IsUUID(undefined, { each: true }),
  )
  accountIds!: readonly string[] | null;
}

/** The profile, and what the registry itself knows about the client. */
export class ClientRecord extends ClientProfile {
  @ApiProperty({ format: 'uuid', example: '0b8f6f8e-4a6b-4c55-9d0c-7d8b1c0c3a11' })
  id!: string;

  /** The public id, as requests carry it; `id` is the one in the database. */
  @ApiProperty({
    description: 'Chosen by the operator, or else generated. Never used twice.',
    example: 'maklerwelt-crm',
    pattern: CLIENT_ID.source,
  })
  @IsString()
  @Matches(CLIENT_ID, {
    message: '$property must have 3 to 64 characters of A–Z, a–z, 0–9, hyphen and underscore',
  })
  clientId!: string;

  @ApiProperty({
    description: 'A confidential client keeps a secret on a server; a public one cannot',
    enum: CLIENT_KINDS,
    example: 'confidential',
  })
  @IsIn(CLIENT_KINDS)
  kind!: ClientKind;

  @ApiProperty({
    description:
      '`disabled` ends all connections of the client at once; enabling it again brings none of them back',
    enum: CLIENT_STATUSES,
    example: 'active',
  })
  @IsIn(CLIENT_STATUSES)
  status!: ClientStatus;

  @ApiProperty({ type: String, format: 'date-time', example: '2026-11-22T10:15:00.000Z' })
  createdAt!: Date;

  @ApiProperty({ type: String, format: 'date-time', example: '2026-11-22T10:15:00.000Z' })
  updatedAt!: Date;
}

/** The fields of the client that one of the API's answers shows. */
export function pickFields<Field extends keyof ClientRecord>(
  client: Readonly<ClientRecord>,
  shown: readonly Field[],
): Pick<ClientRecord, Field> {
  return Object.fromEntries(shown.map((field) => [field, client[field]])) as Pick<
    ClientRecord,
    Field
  >;
}
