import { ApiProperty } from '@nestjs/swagger';
import { QueryInteger } from '../http/query-integer.js';

export const DEFAULT_DAYS = 30;
const MOST_DAYS = 90;

export class StatisticsQuery {
  @QueryInteger({
    minimum: 1,
    maximum: MOST_DAYS,
    default: DEFAULT_DAYS,
    description: 'how many days, today (UTC) the last of them',
  })
  days?: number;
}

export class FailureCountDto {
  @ApiProperty({ description: 'As in the request log', example: 'code_expired' })
  reason!: string;

  @ApiProperty({ type: 'integer', minimum: 1, example: 3 })
  requests!: number;
}

/** What a client did on one day. */
export class ClientDayDto {
  @ApiProperty({ format: 'date', example: '2026-11-22', description: 'UTC' })
  day!: string;

  @ApiProperty({ type: 'integer', minimum: 0, example: 12, description: 'codes exchanged' })
  exchanges!: number;

  @ApiProperty({ type: 'integer', minimum: 0, example: 340, description: 'tokens renewed' })
  refreshes!: number;

  @ApiProperty({
    type: [FailureCountDto],
    description: 'requests that failed, at whichever endpoint',
  })
  failures!: FailureCountDto[];

  @ApiProperty({
    type: 'integer',
    minimum: 0,
    nullable: true,
    example: 1204,
    description: 'at the end of the day, today at this moment; null where nobody counted',
  })
  activeConnections!: number | null;
}

export class ClientStatisticsDto {
  @ApiProperty({ type: [ClientDayDto], description: 'oldest first, without gaps' })
  days!: ClientDayDto[];
}
