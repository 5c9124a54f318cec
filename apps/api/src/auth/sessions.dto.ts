import { ApiProperty, ApiPropertyOptional, OmitType } from '@nestjs/swagger';
import { Type } from 'class-transformer';
import {
  IsObject,
  IsNotEmpty,
  IsString,
  MaxLength,
  ValidateIf,
  ValidateNested,
} from 'class-validator';
import { inWords } from '../config/in-words.js';
import { REMIND_MS } from '../connections/end-reminders.js';
import { ACCOUNT_KINDS, type AccountKind } from '../users/account-kind.js';
import { AccountDto } from '../users/accounts.dto.js';
import { ProfileDto, toProfile } from '../users/profile.dto.js';
import type { UserRecord } from '../users/users.service.js';
import { type Duties, isOfInstallation } from './factor-duty.js';
import { SessionRecord, MAX_USER_AGENT_LENGTH } from './sessions.service.js';
import { DEVICE_KINDS, type DeviceWords, deviceWords } from './user-agent.js';

export class SignInInput {
  @ApiProperty({ format: 'email', maxLength: 254, example: 'user@musterhaus.example' })
  @IsString()
  @IsNotEmpty()
  @MaxLength(254)
  email!: string;

  @ApiProperty({ format: 'password', maxLength: 200, example: 'demo-passwort-2026' })
  @IsString()
  @IsNotEmpty()
  @MaxLength(200)
  password!: string;

  @ApiPropertyOptional({
    maxLength: 40,
    description:
      'a code of the authenticator app, or a recovery code; needed by users who have a second factor',
    example: '492039',
  })
  @ValidateIf((input: SignInInput) => input.secondFactor !== undefined)
  @IsString()
  @IsNotEmpty()
  @MaxLength(40)
  secondFactor?: string;
}

export class SignInRequest {
  @ApiProperty({ type: SignInInput })
  @IsObject()
  @ValidateNested()
  @Type(() => SignInInput)
  resource!: SignInInput;
}

export class SessionAccountDto extends AccountDto {
  @ApiProperty({
    enum: ACCOUNT_KINDS,
    example: 'company',
    description:
      '`personal`: of somebody who was invited as a developer and belongs to no company; it bears their name',
  })
  kind!: AccountKind;
}

export class SessionUserDto extends OmitType(ProfileDto, ['account']) {
  @ApiPropertyOptional({
    type: String,
    format: 'date-time',
    description:
      'from when on they can do nothing without a second factor, which they do not have; absent: they have one, or need none',
  })
  secondFactorDueAt?: string;

  @ApiPropertyOptional({
    enum: ['account', 'installation'],
    description:
      'with `secondFactorDueAt`: whether the company requires it or Flixcheck does, of its operators and of developers',
  })
  secondFactorDueBy?: 'account' | 'installation';

  @ApiPropertyOptional({
    type: Boolean,
    description:
      'somebody else has set the password: they can do nothing until they have changed it; absent: it is their own',
  })
  passwordGiven?: true;

  @ApiPropertyOptional({
    type: Boolean,
    description:
      'they have joined with a passkey and may set their first password; absent: they have one',
  })
  passwordMissing?: true;
}

export class SessionNewsDto {
  @ApiProperty({
    description: `how many of the user’s connections end by themselves within ${inWords(REMIND_MS)}`,
    example: 0,
  })
  endingConnections!: number;

  @ApiProperty({
    description: 'for how many applications the latest approval request is `current`',
    example: 1,
  })
  approvalRequests!: number;
}

/** The session that the request belongs to. */
export class CurrentSessionDto {
  @ApiProperty({ format: 'uuid', example: 'b3f0c7e2-5a0f-4f5c-8e0a-1f2d3c4b5a69' })
  id!: string;

  @ApiProperty({ type: SessionUserDto })
  user!: SessionUserDto;

  @ApiProperty({ type: SessionAccountDto })
  account!: SessionAccountDto;

  @ApiProperty({ format: 'date-time', example: '2026-11-22T08:30:00.000Z' })
  createdAt!: string;

  @ApiProperty({
    format: 'date-time',
    description: 'when it ends if it is not used again',
    example: '2026-11-22T20:30:00.000Z',
  })
  expiresAt!: string;

  @ApiProperty({ description: 'whether the user is a developer of any client', example: false })
  developer!: boolean;

  @ApiProperty({ type: SessionNewsDto, description: 'what Verbindungen reminds the user of' })
  news!: SessionNewsDto;
}

/** What somebody recognises a device by. Names are proper names, the same in every language. */
export class DeviceDto implements DeviceWords {
  @ApiProperty({ type: String, nullable: true, example: 'Firefox' })
  browser!: string | null;

  @ApiProperty({ type: String, nullable: true, example: 'Linux' })
  system!: string | null;

  @ApiProperty({ enum: DEVICE_KINDS, enumName: 'DeviceKind', example: 'computer' })
  kind!: DeviceWords['kind'];
}

/** A device on which the user is signed in. */
export class SessionDto {
  @ApiProperty({ format: 'uuid', example: 'b3f0c7e2-5a0f-4f5c-8e0a-1f2d3c4b5a69' })
  id!: string;

  @ApiProperty({ description: 'whether it is the session of this request', example: true })
  current!: boolean;

  @ApiProperty({ format: 'date-time', example: '2026-11-22T08:30:00.000Z' })
  createdAt!: string;

  @ApiProperty({
    format: 'date-time',
    description: 'to the minute',
    example: '2026-11-22T09:12:00.000Z',
  })
  lastSeenAt!: string;

  @ApiProperty({
    format: 'date-time',
    description: 'when it ends if it is not used again',
    example: '2026-11-22T21:12:00.000Z',
  })
  expiresAt!: string;

  @ApiProperty({ description: 'the address that signed in', example: '192.0.2.17' })
  ip!: string;

  @ApiProperty({
    type: String,
    nullable: true,
    description: `of the browser that signed in, at most ${MAX_USER_AGENT_LENGTH} characters`,
    example: 'Mozilla/5.0 (X11; Linux x86_64; rv:150.0) Gecko/20100101 Firefox/150.0',
  })
  userAgent!: string | null;

  @ApiProperty({ type: DeviceDto, description: 'the same in words' })
  device!: DeviceDto;
}

/** @param more `developer`: whether the user is one of any client; `news`: see its DTO */
export function toCurrentSession(
  session: SessionRecord,
  record: UserRecord,
  {
    developer,
    factorDueAt,
    passwordGiven,
    passwordMissing,
    news,
  }: Duties & { developer: boolean; news: SessionNewsDto },
): CurrentSessionDto {
  const { account: _plain, ...user } = toProfile(record);
  const { id, name, kind } = record.account;
  return {
    id: session.id,
    user: {
      ...user,
      ...(factorDueAt && {
        secondFactorDueAt: factorDueAt.toISOString(),
        secondFactorDueBy: isOfInstallation(factorDueAt) ? 'installation' : 'account',
      }),
      ...(passwordGiven && { passwordGiven }),
      ...(passwordMissing && { passwordMissing }),
    },
    account: { id, name, kind },
    createdAt: session.createdAt.toISOString(),
    expiresAt: session.expiresAt.toISOString(),
    developer,
    news,
  };
}

export function toSession(session: SessionRecord, currentId: string): SessionDto {
  return {
    id: session.id,
    current: session.id === currentId,
    createdAt: session.createdAt.toISOString(),
    lastSeenAt: session.lastSeenAt.toISOString(),
    expiresAt: session.expiresAt.toISOString(),
    ip: session.ip,
    userAgent: session.userAgent,
    device: deviceWords(session.userAgent),
  };
}
