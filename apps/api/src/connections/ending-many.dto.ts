import { ApiProperty, ApiPropertyOptional, PickType } from '@nestjs/swagger';
import { IsIn, IsOptional } from 'class-validator';
import { QueryInteger } from '../http/query-integer.js';
import { ConnectionsQuery, Ids, MAX_IDS } from './connections.dto.js';

/** As many as one transaction ends without holding others up. */
export const MOST_MATCHING = 10_000;

/** What narrows a list of active connections. */
export class MatchingQuery extends PickType(ConnectionsQuery, [
  'q',
  'userId',
  'clientId',
  'health',
  'expiresBefore',
] as const) {}

export class EndConnectionsQuery extends MatchingQuery {
  @Ids(`these, repeated or separated by commas; ${MAX_IDS} at most`)
  ids?: string[];

  @ApiPropertyOptional({
    enum: ['active'],
    description: 'all that the list with this query shows: `q`, `userId` and the like narrow it',
  })
  @IsOptional()
  @IsIn(['active'])
  status?: 'active';

  @QueryInteger({
    minimum: 1,
    maximum: MOST_MATCHING,
    example: 1200,
    description: 'with `status`: how many are meant; where more match by now, none ends',
  })
  expected?: number;
}

/** More names than these are read by nobody who is asked whether to go on. */
export const NAMED_AT_MOST = 4;
const FIRST_BY_NAME = `the first ${NAMED_AT_MOST} by name`;

export class NamedDto {
  @ApiProperty({ type: 'integer', example: 2 })
  count!: number;

  @ApiProperty({ type: [String], example: ['Belegscanner', 'Maklerwelt CRM'] })
  names!: string[];
}

/** What ending all that match would end. */
export class EndingEffectDto {
  @ApiProperty({ type: 'integer', example: 1200 })
  activeConnections!: number;

  @ApiProperty({ type: NamedDto, description: `the applications; ${FIRST_BY_NAME}` })
  clients!: NamedDto;

  @ApiProperty({
    type: NamedDto,
    description: `who granted access, namesakes with their e-mail addresses; ${FIRST_BY_NAME}`,
  })
  people!: NamedDto;
}

export class EndedConnectionsDto {
  @ApiProperty({ type: 'integer', example: 3, description: 'how many connections were ended' })
  revoked!: number;
}
