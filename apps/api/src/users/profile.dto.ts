import { ApiProperty } from '@nestjs/swagger';
import type { Role } from '../http/access.js';
import { AccountDto } from './accounts.dto.js';
import type { Locale, UserRecord } from './users.service.js';

/** What others see of a user. */
export class PersonDto {
  @ApiProperty({ format: 'uuid', example: '8f14e45f-ceea-467f-9b1c-3c7a4c6f5e21' })
  id!: string;

  @ApiProperty({ format: 'email', example: 'user@musterhaus.example' })
  email!: string;

  @ApiProperty({ example: 'User' })
  firstName!: string;

  @ApiProperty({ example: 'Musterhaus' })
  lastName!: string;
}

/** A user, as the user sees it. */
export class ProfileDto extends PersonDto {
  @ApiProperty({ enum: ['member', 'admin', 'operator'], example: 'member' })
  role!: Role;

  @ApiProperty({ enum: ['de', 'en'], example: 'de' })
  locale!: Locale;

  @ApiProperty({ type: AccountDto })
  account!: AccountDto;
}

export function toProfile(user: UserRecord): ProfileDto {
  const { id, email, firstName, lastName, role, locale, account } = user;
  return {
    ...{ id, email, firstName, lastName, role, locale },
    account: { id: account.id, name: account.name },
  };
}
