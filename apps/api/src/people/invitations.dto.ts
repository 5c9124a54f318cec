import { ApiProperty, ApiPropertyOptional, OmitType } from '@nestjs/swagger';
import type { RegistrationResponseJSON } from '@simplewebauthn/server';
import { Type } from 'class-transformer';
import {
  ArrayMaxSize,
  ArrayMinSize,
  IsArray,
  IsEmail,
  IsIn,
  IsObject,
  IsUUID,
  MaxLength,
  ValidateIf,
  ValidateNested,
} from 'class-validator';
import { IsPasskeyAnswer } from '../auth/passkeys.dto.js';
import { IsDisplayText } from '../http/display-text.js';
import { IsOmittable } from '../oauth-clients/client-rules.js';
import { SentInvitationDto, toSentInvitation } from '../users/sent-invitation.dto.js';
import type { Locale } from '../users/users.service.js';
import type { OpenInvitation } from './invitation-acceptance.js';
import { type Invitation, type Invited, MAX_INVITATIONS } from './invitations.js';
import { IsNewPassword } from '../users/new-password.js';
import { LinkTokenInput } from './link-token.dto.js';

const INVITED_ROLES = ['member', 'admin'] as const;

export class InvitedInput {
  @ApiProperty({ format: 'email', maxLength: 254, example: 'neu@musterhaus.example' })
  @IsEmail()
  @MaxLength(254)
  email!: string;

  @ApiPropertyOptional({ maxLength: 100, description: 'a proposal; the person may change it' })
  @IsOmittable()
  @IsDisplayText({ mayBeEmpty: true, asTyped: true })
  @MaxLength(100)
  firstName?: string;

  @ApiPropertyOptional({ maxLength: 100, description: 'a proposal; the person may change it' })
  @IsOmittable()
  @IsDisplayText({ mayBeEmpty: true, asTyped: true })
  @MaxLength(100)
  lastName?: string;

  @ApiProperty({ enum: INVITED_ROLES, example: 'member' })
  @IsIn(INVITED_ROLES)
  role!: Invited['role'];

  @ApiProperty({ enum: ['de', 'en'], example: 'de', description: 'of the mail and the portal' })
  @IsIn(['de', 'en'])
  locale!: Locale;
}

export class InvitationsInput {
  @ApiProperty({ type: [InvitedInput], minItems: 1, maxItems: MAX_INVITATIONS })
  @IsArray()
  @ArrayMinSize(1)
  @ArrayMaxSize(MAX_INVITATIONS)
  // A list in the list would pass as nested, and has none of the fields.
  @IsObject({ each: true })
  @ValidateNested({ each: true })
  @Type(() => InvitedInput)
  invitations!: InvitedInput[];
}

export class InvitationsRequest {
  @ApiProperty({ type: InvitationsInput })
  @IsObject()
  @ValidateNested()
  @Type(() => InvitationsInput)
  resource!: InvitationsInput;
}

export class InvitationLinkInput {
  @ApiProperty({ format: 'uuid', example: '1c7b9a0e-3d52-4c0f-8f2e-6a8f0f1b2c3d' })
  @IsUUID()
  invitationId!: string;
}

export class InvitationLinkRequest {
  @ApiProperty({ type: InvitationLinkInput })
  @IsObject()
  @ValidateNested()
  @Type(() => InvitationLinkInput)
  resource!: InvitationLinkInput;
}

/** An invitation that nobody has accepted yet. */
export class InvitationDto extends SentInvitationDto {
  @ApiProperty({ format: 'uuid', example: '1c7b9a0e-3d52-4c0f-8f2e-6a8f0f1b2c3d' })
  id!: string;

  @ApiProperty({ format: 'email', example: 'neu@musterhaus.example' })
  email!: string;

  @ApiProperty({ example: 'Nora', description: 'may be empty' })
  firstName!: string;

  @ApiProperty({ example: 'Neu', description: 'may be empty' })
  lastName!: string;

  @ApiProperty({ enum: INVITED_ROLES, example: 'member' })
  role!: Invited['role'];

  @ApiProperty({ enum: ['de', 'en'], example: 'de' })
  locale!: Locale;
}

export class SentInvitationsDto {
  @ApiProperty({ type: [InvitationDto] })
  invitations!: InvitationDto[];
}

export class InvitationTokenInput extends LinkTokenInput {}

export class InvitationTokenRequest {
  @ApiProperty({ type: InvitationTokenInput })
  @IsObject()
  @ValidateNested()
  @Type(() => InvitationTokenInput)
  resource!: InvitationTokenInput;
}

/** Who accepts an invitation. */
export class JoiningInput extends InvitationTokenInput {
  @ApiProperty({ minLength: 1, maxLength: 100, example: 'Nora' })
  @IsDisplayText({ asTyped: true })
  @MaxLength(100)
  firstName!: string;

  @ApiProperty({ minLength: 1, maxLength: 100, example: 'Neu' })
  @IsDisplayText({ asTyped: true })
  @MaxLength(100)
  lastName!: string;
}

export class JoiningRequest {
  @ApiProperty({ type: JoiningInput })
  @IsObject()
  @ValidateNested()
  @Type(() => JoiningInput)
  resource!: JoiningInput;
}

export class AcceptanceInput extends JoiningInput {
  @ValidateIf((input: AcceptanceInput) => input.credential === undefined)
  @IsNewPassword(
    'needed where no `credential` is given; `too_common` if it is easy to guess, as when it is changed',
  )
  @ApiPropertyOptional()
  password?: string;

  @ApiPropertyOptional({
    type: Object,
    description:
      'a passkey instead of a password: what `PublicKeyCredential.toJSON()` gives, to a challenge of this invitation',
    example: { id: 'q2…', type: 'public-key', response: { clientDataJSON: 'ey…' } },
  })
  @ValidateIf((input: AcceptanceInput) => input.credential !== undefined)
  @IsPasskeyAnswer()
  credential?: RegistrationResponseJSON;
}

export class AcceptanceRequest {
  @ApiProperty({ type: AcceptanceInput })
  @IsObject()
  @ValidateNested()
  @Type(() => AcceptanceInput)
  resource!: AcceptanceInput;
}

/** What somebody is invited to develop. */
export class InvitedApplicationDto {
  @ApiProperty({ example: 'Maklerwelt CRM' })
  name!: string;

  @ApiProperty({ example: 'Maklerwelt Software GmbH' })
  publisher!: string;
}

/** An invitation, as whoever holds its link sees it. */
export class OpenInvitationDto extends OmitType(InvitationDto, [
  'id',
  'invitedBy',
  'createdAt',
  'sentAt',
  'status',
]) {
  @ApiProperty({
    type: String,
    nullable: true,
    example: 'Musterhaus Versicherungsmakler GmbH',
    description: 'null for a developer, who needs none',
  })
  company!: string | null;

  @ApiProperty({
    type: () => InvitedApplicationDto,
    nullable: true,
    description: 'null for somebody of a company',
  })
  application!: InvitedApplicationDto | null;

  @ApiProperty({ example: 'Admin Musterhaus', description: 'who has invited' })
  inviter!: string;
}

export function toInvitation(invitation: Invitation, now: Date): InvitationDto {
  const { id, email, firstName, lastName, role, locale } = invitation;
  return {
    ...{ id, email, firstName, lastName, role, locale },
    ...toSentInvitation(invitation, now),
  };
}

export function toOpenInvitation(invitation: OpenInvitation): OpenInvitationDto {
  const { email, firstName, lastName, role, locale, expiresAt, inviter } = invitation;
  return {
    ...{ email, firstName, lastName, role, locale },
    expiresAt: expiresAt.toISOString(),
    company: invitation.company?.name ?? null,
    application: invitation.application,
    inviter: `${inviter.firstName} ${inviter.lastName}`,
  };
}
