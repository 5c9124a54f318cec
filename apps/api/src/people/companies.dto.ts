import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { Type } from 'class-transformer';
import { IsEmail, IsIn, IsObject, IsOptional, MaxLength, ValidateNested } from 'class-validator';
import { IsDisplayText } from '../http/display-text.js';
import { SearchQuery } from '../http/envelope.js';
import { AccountDto } from '../users/accounts.dto.js';
import { ACCOUNT_STATES, type AccountStatus } from '../users/accounts.service.js';
import type { Locale } from '../users/users.service.js';
import type { Company } from './companies.js';

export class CompaniesQuery extends SearchQuery {
  @ApiPropertyOptional({ enum: ACCOUNT_STATES, description: 'those that are open, or closed' })
  @IsOptional()
  @IsIn(ACCOUNT_STATES)
  status?: AccountStatus;
}

/** Who is invited as an admin. */
export class CompanyAdminInput {
  @ApiProperty({ format: 'email', maxLength: 254, example: 'admin@neukunde.example' })
  @IsEmail()
  @MaxLength(254)
  email!: string;

  @ApiProperty({ enum: ['de', 'en'], example: 'de', description: 'of the mail and the portal' })
  @IsIn(['de', 'en'])
  locale!: Locale;
}

export class CompanyAdminRequest {
  @ApiProperty({ type: CompanyAdminInput })
  @IsObject()
  @ValidateNested()
  @Type(() => CompanyAdminInput)
  resource!: CompanyAdminInput;
}

export class CompanyInput {
  @ApiProperty({ minLength: 1, maxLength: 100, example: 'Neukunde Versicherungsmakler GmbH' })
  @IsDisplayText({ asTyped: true })
  @MaxLength(100)
  name!: string;

  @ApiProperty({ type: CompanyAdminInput })
  @IsObject()
  @ValidateNested()
  @Type(() => CompanyAdminInput)
  admin!: CompanyAdminInput;
}

export class CompanyRequest {
  @ApiProperty({ type: CompanyInput })
  @IsObject()
  @ValidateNested()
  @Type(() => CompanyInput)
  resource!: CompanyInput;
}

export class CompanyChangesInput {
  @ApiProperty({ enum: ACCOUNT_STATES, example: 'closed' })
  @IsIn(ACCOUNT_STATES)
  status!: AccountStatus;
}

export class CompanyChangesRequest {
  @ApiProperty({ type: CompanyChangesInput })
  @IsObject()
  @ValidateNested()
  @Type(() => CompanyChangesInput)
  resource!: CompanyChangesInput;
}

/** A company, as operators see it. */
export class CompanyDto extends AccountDto {
  @ApiProperty({ enum: ACCOUNT_STATES, example: 'active' })
  status!: AccountStatus;

  @ApiProperty({ format: 'date-time', example: '2026-11-25T08:30:00.000Z' })
  createdAt!: string;

  @ApiProperty({ type: String, format: 'date-time', nullable: true, example: null })
  closedAt!: string | null;

  @ApiProperty({
    type: String,
    format: 'date-time',
    nullable: true,
    description: 'until when its data is kept, so that it can be opened again',
    example: null,
  })
  keptUntil!: string | null;

  @ApiProperty({
    type: 'integer',
    description: 'for how many days after it is closed it can be opened again',
    example: 90,
  })
  keptDays!: number;

  @ApiProperty({ type: 'integer', example: 12, description: 'who are not disabled' })
  people!: number;

  @ApiProperty({ type: 'integer', example: 34 })
  activeConnections!: number;
}

export function toCompany(company: Company): CompanyDto {
  const { id, name, createdAt, closedAt, keptUntil, keptDays, people, activeConnections } = company;
  return {
    ...{ id, name },
    status: closedAt ? 'closed' : 'active',
    createdAt: createdAt.toISOString(),
    closedAt: closedAt?.toISOString() ?? null,
    keptUntil: keptUntil?.toISOString() ?? null,
    keptDays,
    people,
    activeConnections,
  };
}
