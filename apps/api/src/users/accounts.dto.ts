import { ApiProperty } from '@nestjs/swagger';
import type { AccountName } from './accounts.service.js';

/** A company. */
export class AccountNameDto implements AccountName {
  @ApiProperty({ format: 'uuid', example: '5a1b6c7e-2f43-4f0c-9f58-6a9f4b5c1d20' })
  id!: string;

  @ApiProperty({ example: 'Musterhaus GmbH' })
  name!: string;
}
