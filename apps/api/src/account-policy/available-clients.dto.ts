import { ApiProperty, ApiPropertyOptional, PickType } from '@nestjs/swagger';
import { IsIn, IsOptional } from 'class-validator';
import { CONNECTED_CLIENT } from '../connections/connections.dto.js';
import { PageQuery } from '../http/envelope.js';
import { ClientRecord } from '../oauth-clients/client-record.js';

export class AvailableClientsQuery extends PageQuery {
  @ApiPropertyOptional({
    enum: ['true', 'false'],
    default: 'true',
    description:
      '`false`: instead, those that the caller is connected to although the company allows them no more',
  })
  @IsOptional()
  @IsIn(['true', 'false'])
  allowed?: 'true' | 'false';
}

export const AVAILABLE_CLIENT = [
  ...CONNECTED_CLIENT,
  'description',
  'descriptionEn',
  'kind',
  'scopes',
  'privacyPolicyUri',
  'startUri',
] as const;
export class AvailableClientDto extends PickType(ClientRecord, AVAILABLE_CLIENT) {
  @ApiProperty({
    example: true,
    description:
      'whether the portal can open the authorize page by itself; otherwise connecting must start at the application',
  })
  authorizable!: boolean;

  @ApiProperty({ example: true, description: 'whether the caller has an active connection to it' })
  connected!: boolean;

  @ApiProperty({
    type: String,
    format: 'uuid',
    nullable: true,
    example: 'e7a1c2b4-0d53-4a7e-8a55-6f1f6a2b9c01',
  })
  connectionId!: string | null;

  @ApiProperty({
    example: false,
    description: 'whether the account has granted it access for the caller, without a question',
  })
  grantedInAdvance!: boolean;
}
