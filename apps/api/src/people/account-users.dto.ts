import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { Type } from 'class-transformer';
import { IsObject, IsIn, IsOptional, ValidateNested } from 'class-validator';
import type { Role } from '../http/access.js';
import { SearchQuery } from '../http/envelope.js';
import { IsOmittable } from '../oauth-clients/client-rules.js';
import { PersonDto } from '../users/profile.dto.js';
import { FactorResetDto } from './factor-resets.dto.js';
import { USER_SORTS, type UserSort } from '../users/find-users.js';
import type { AccountRole, UserRecord, UserStatus } from '../users/users.service.js';

export class AccountUsersQuery extends SearchQuery {
  @ApiPropertyOptional({
    enum: USER_SORTS,
    default: 'createdAt',
    description:
      '`name`: by last name, then first name, in the order of German dictionaries; `-` reverses the order',
  })
  @IsOptional()
  @IsIn(USER_SORTS)
  sort?: UserSort;
}

/** A user of the account, as its admin sees it. */
export class AccountUserDto extends PersonDto {
  @ApiProperty({ enum: ['member', 'admin', 'operator'], example: 'member' })
  role!: Role;

  @ApiProperty({ enum: ['active', 'disabled'], example: 'active' })
  status!: UserStatus;

  @ApiProperty({
    type: String,
    format: 'date-time',
    nullable: true,
    example: '2026-11-22T08:30:00.000Z',
  })
  lastSignInAt!: string | null;

  @ApiProperty({ format: 'date-time', example: '2026-01-07T10:00:00.000Z' })
  createdAt!: string;

  @ApiProperty({ type: 'integer', minimum: 0, example: 2 })
  activeConnections!: number;

  @ApiProperty({ example: false, description: 'whether the sign-in has two steps' })
  secondFactor!: boolean;

  @ApiProperty({ example: false, description: 'whether the user has a passkey' })
  passkey!: boolean;

  @ApiProperty({
    type: FactorResetDto,
    nullable: true,
    description: 'the reset of the sign-in that is announced',
  })
  factorReset!: FactorResetDto | null;
}

/** One of them. */
export class UserChangesInput {
  @ApiPropertyOptional({ enum: ['active', 'disabled'], example: 'disabled' })
  @IsOmittable()
  @IsIn(['active', 'disabled'])
  status?: UserStatus;

  @ApiPropertyOptional({ enum: ['member', 'admin'], example: 'admin' })
  @IsOmittable()
  @IsIn(['member', 'admin'])
  role?: AccountRole;
}

export class UpdateUserRequest {
  @ApiProperty({ type: UserChangesInput })
  @IsObject()
  @ValidateNested()
  @Type(() => UserChangesInput)
  resource!: UserChangesInput;
}

export function toAccountUser(
  user: UserRecord,
  activeConnections: number,
  secured: Pick<AccountUserDto, 'secondFactor' | 'passkey' | 'factorReset'>,
): AccountUserDto {
  const { id, email, firstName, lastName, role, status, lastSignInAt, createdAt } = user;
  return {
    id,
    email,
    firstName,
    lastName,
    role,
    status,
    lastSignInAt: lastSignInAt?.toISOString() ?? null,
    createdAt: createdAt.toISOString(),
    activeConnections,
    ...secured,
  };
}
