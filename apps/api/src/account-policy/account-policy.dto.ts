import { ApiProperty, ApiPropertyOptional, PickType } from '@nestjs/swagger';
import { Type } from 'class-transformer';
import {
  ArrayMaxSize,
  ArrayMinSize,
  ArrayUnique,
  IsArray,
  IsBoolean,
  IsIn,
  IsObject,
  IsOptional,
  IsString,
  IsUUID,
  MaxLength,
  ValidateIf,
  ValidateNested,
} from 'class-validator';
import { CONNECTED_CLIENT } from '../connections/connections.dto.js';
import { PersonDto } from '../users/profile.dto.js';
import { IsOmittable } from '../oauth-clients/client-rules.js';
import { ClientRecord } from '../oauth-clients/client-record.js';
import {
  type Decision,
  DECISIONS,
  POLICIES,
  type Policy,
  REFUSAL_REASONS,
  type RefusalReason,
} from './account-policy.js';

const ALLOWS = {
  enum: POLICIES,
  example: 'verified',
  description:
    '`every`: each application; `verified`: those of publishers that Flixcheck has verified; `selected`: none. Applications that an admin has allowed or blocked are so in any case.',
};

const END_CONNECTIONS = {
  default: false,
  description:
    'whether connections of what is not allowed any more end at once, too; otherwise they go on, and no new ones are opened',
};

/** Whoever chooses more means everybody. */
const MAX_ADVANCE_USERS = 100;

export class AccountPolicyDto {
  @ApiProperty(ALLOWS) allows!: Policy;

  @ApiProperty({ type: String, format: 'date-time', nullable: true, description: 'null: never' })
  updatedAt!: string | null;

  @ApiProperty({ type: PersonDto, nullable: true }) updatedBy!: PersonDto | null;

  @ApiProperty({ type: 'integer', example: 2, description: 'requests that wait for an answer' })
  openRequests!: number;
}

export class ChangedPolicyDto extends AccountPolicyDto {
  @ApiProperty({ type: 'integer', example: 12, description: 'how many connections this has ended' })
  endedConnections!: number;

  @ApiProperty({ type: 'integer', example: 1, description: 'how many requests this has approved' })
  approvedRequests!: number;
}

export class PolicyInput {
  @ApiProperty(ALLOWS)
  @IsIn(POLICIES)
  allows!: Policy;

  @ApiPropertyOptional(END_CONNECTIONS)
  @IsOmittable()
  @IsBoolean()
  endConnections?: boolean;
}

export class PolicyChangeRequest {
  @ApiProperty({ type: PolicyInput })
  @IsObject()
  @ValidateNested()
  @Type(() => PolicyInput)
  resource!: PolicyInput;
}

export class PolicyEffectQuery {
  @ApiPropertyOptional({ ...ALLOWS, description: 'absent: the present policy' })
  @IsOptional()
  @IsIn(POLICIES)
  allows?: Policy;
}

export class AffectedClientDto {
  @ApiProperty({ example: 'maklerwelt-crm' }) clientId!: string;
  @ApiProperty({ example: 'Maklerwelt CRM' }) name!: string;
  @ApiProperty({ type: 'integer', example: 12 }) activeConnections!: number;
}

export class AskedClientDto {
  @ApiProperty({ example: 'belegscanner' }) clientId!: string;
  @ApiProperty({ example: 'Belegscanner' }) name!: string;
  @ApiProperty({ type: 'integer', example: 2 }) openRequests!: number;
}

/** What a policy would not allow although it is connected, and what it would answer. */
export class PolicyEffectDto {
  @ApiProperty({
    type: 'integer',
    example: 12,
    description: 'each of another person and application',
  })
  connections!: number;

  @ApiProperty({ type: [AffectedClientDto], description: 'by name' })
  clients!: AffectedClientDto[];

  @ApiProperty({
    type: 'integer',
    example: 2,
    description: 'open requests that it would approve, because it allows what they ask for',
  })
  approvedRequests!: number;

  @ApiProperty({ type: [AskedClientDto], description: 'what they ask for, by name' })
  approvedClients!: AskedClientDto[];
}

export const POLICY_CLIENT = ['id', 'kind', 'scopes', ...CONNECTED_CLIENT] as const;

export class PolicyClientDto extends PickType(ClientRecord, POLICY_CLIENT) {
  @ApiProperty({ example: true, description: 'whether the people of the account may connect it' })
  allowed!: boolean;

  @ApiProperty({ enum: REFUSAL_REASONS, nullable: true, example: null })
  refusal!: RefusalReason | null;

  @ApiProperty({ enum: DECISIONS, nullable: true, description: 'null: as the policy says' })
  decision!: Decision | null;

  @ApiProperty({ type: String, format: 'date-time', nullable: true })
  decidedAt!: string | null;

  @ApiProperty({ type: PersonDto, nullable: true }) decidedBy!: PersonDto | null;

  @ApiProperty({
    type: String,
    nullable: true,
    example: 'read',
    description: 'what the application is granted without a question; null: people are asked',
  })
  advanceScope!: string | null;

  @ApiProperty({
    type: [PersonDto],
    nullable: true,
    description:
      'for whom it is granted, as chosen; null: for everybody, or it is not granted. Whoever is disabled is left out',
  })
  advanceUsers!: PersonDto[] | null;

  @ApiProperty({ type: 'integer', example: 12, description: 'of the whole account' })
  activeConnections!: number;
}

export class DecidedClientDto extends PolicyClientDto {
  @ApiProperty({ type: 'integer', example: 12, description: 'how many connections this has ended' })
  endedConnections!: number;

  @ApiProperty({ type: 'integer', example: 1, description: 'how many requests this has approved' })
  approvedRequests!: number;
}

export class DecisionInput {
  @ApiProperty({
    enum: DECISIONS,
    nullable: true,
    description: '`blocked` ends all its connections of the account; null: as the policy says',
  })
  @ValidateIf((_, value: unknown) => value !== null)
  @IsIn(DECISIONS)
  decision!: Decision | null;

  @ApiPropertyOptional(END_CONNECTIONS)
  @IsOmittable()
  @IsBoolean()
  endConnections?: boolean;

  @ApiPropertyOptional({
    type: String,
    nullable: true,
    maxLength: 200,
    example: 'read',
    description:
      'only where it is `allowed`: what the application is granted without a question: for everybody in the account, or for `advanceUserIds`; null: people are asked. Left out, both stay as they are',
  })
  @IsOptional()
  @IsString()
  @MaxLength(200)
  advanceScope?: string | null;

  @ApiPropertyOptional({
    type: [String],
    format: 'uuid',
    nullable: true,
    minItems: 1,
    maxItems: MAX_ADVANCE_USERS,
    description:
      'only with `advanceScope`: the active users of the account for whom it is granted; null: for everybody, whoever joins later included. Left out, it stays for whom it was',
  })
  @IsOptional()
  @IsArray()
  @ArrayMinSize(1)
  @ArrayMaxSize(MAX_ADVANCE_USERS)
  @ArrayUnique()
  @IsUUID(undefined, { each: true })
  advanceUserIds?: string[] | null;
}

export class DecisionRequest {
  @ApiProperty({ type: DecisionInput })
  @IsObject()
  @ValidateNested()
  @Type(() => DecisionInput)
  resource!: DecisionInput;
}
