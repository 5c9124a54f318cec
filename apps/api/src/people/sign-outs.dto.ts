import { ApiProperty } from '@nestjs/swagger';

export class EndedSessionsDto {
  @ApiProperty({ type: 'integer', example: 2, description: 'how many sessions were ended' })
  ended!: number;
}
