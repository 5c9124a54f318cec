import { ApiProperty } from '@nestjs/swagger';
import type { ErasureEffect } from './erasure-effect.js';

export class ErasureEffectDto implements ErasureEffect {
  @ApiProperty({ type: 'integer', description: 'records that go, besides the profile' })
  deleted!: number;

  @ApiProperty({ type: 'integer', description: 'connections that stay without a name' })
  connections!: number;

  @ApiProperty({ type: 'integer', description: 'checks that stay without a name' })
  checks!: number;

  @ApiProperty({ type: 'integer', description: 'records of the audit trail that stay without one' })
  auditRecords!: number;
}
