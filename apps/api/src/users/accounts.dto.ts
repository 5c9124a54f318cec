import { ApiProperty } from '@nestjs/swagger';
import type { AccountName } from './accounts.service.js';

/** A company. */
export class AccountDto implements AccountName {
  @ApiProperty({ format: 'uuid', example: '5c1c1b0e-6f0e-4d5b-9a37-0d8c2f6f1a11' })
  id!: string;

  @ApiProperty({ example: 'Musterhaus Versicherungsmakler GmbH' })
  name!: string;
}
