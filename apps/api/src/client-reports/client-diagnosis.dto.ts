import { ApiProperty } from '@nestjs/swagger';
import { type FindingCode, SEVERITIES, type Severity } from './diagnosis-rules.js';
import { FINDING_WORDS } from './diagnosis-words.js';

const CODES = Object.keys(FINDING_WORDS) as FindingCode[];

/** Something that is wrong or risky with a client. */
export class FindingDto {
  @ApiProperty({
    enum: CODES,
    description: 'Stable; which parameters there are depends on it',
    example: 'pkce_not_used',
  })
  code!: FindingCode;

  @ApiProperty({
    enum: SEVERITIES,
    description:
      '`critical`: requests fail, or will soon, or users are at risk. `warning`: mend it. `notice`: worth a look.',
    example: 'warning',
  })
  severity!: Severity;

  @ApiProperty({
    type: 'object',
    additionalProperties: { oneOf: [{ type: 'string' }, { type: 'number' }] },
    description: 'The figures of what was seen',
    example: { looked: 40, withoutPkce: 12 },
  })
  parameters!: object;

  @ApiProperty({
    description: 'What was seen, in words',
    example: 'Of the last 40 authorization codes, 12 were requested without PKCE.',
  })
  seen!: string;

  @ApiProperty({
    description: 'How to mend it',
    example: 'Send code_challenge with the link, and code_verifier with the exchange.',
  })
  remedy!: string;

  @ApiProperty({
    description: 'Where this kind of finding is explained, at this server',
    example: '/docs/doctor#pkce_not_used',
  })
  docs!: string;
}

/** How the client's last requests ended. */
export class LatestRequestsDto {
  @ApiProperty({ description: 'So many were looked at, at most 100 of 7 days', example: 100 })
  requests!: number;

  @ApiProperty({ description: 'So many of them failed', example: 3 })
  failures!: number;
}

export class ClientDiagnosisDto {
  @ApiProperty({ format: 'date-time', example: '2026-11-26T08:30:00.000Z' })
  examinedAt!: string;

  @ApiProperty({ type: [FindingDto], description: 'The worst first. Empty: nothing to mend' })
  findings!: FindingDto[];

  @ApiProperty({ description: 'Single failures are no finding; the request log explains each' })
  latest!: LatestRequestsDto;
}
