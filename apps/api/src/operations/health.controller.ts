import { Controller, Get, Header } from '@nestjs/common';
import { ApiOperation, ApiResponse, ApiTags } from '@nestjs/swagger';
import { InjectDataSource } from '@nestjs/typeorm';
import { DataSource } from 'typeorm';
import { ChangeFeed } from '../database/change-feed.js';
import { AllowAnyone } from '../http/access.js';

@ApiTags('Operations')
@Controller('health')
export class HealthController {
  constructor(
    @InjectDataSource() private readonly dataSource: DataSource,
    private readonly feed: ChangeFeed,
  ) {}

  @Get('live')
  @AllowAnyone()
  @Header('Cache-Control', 'no-store')
  @ApiOperation({ summary: 'The process answers' })
  @ApiResponse({ status: 200, schema: { example: { status: 'ok' } } })
  live() {
    return { status: 'ok' };
  }

  /** A node whose feed is down still works, more slowly: it asks the database for each request. */
  @Get('ready')
  @AllowAnyone()
  @Header('Cache-Control', 'no-store')
  @ApiOperation({ summary: 'The process can serve: the database answers' })
  @ApiResponse({ status: 200, schema: { example: { status: 'ok', changeFeed: 'live' } } })
  @ApiResponse({ status: 503, description: 'The database does not answer' })
  async ready() {
    await this.dataSource.query('SELECT 1');
    const nats = this.feed.natsIsConnected();
    return {
      status: 'ok',
      changeFeed: this.feed.isLive() ? 'live' : 'down',
      ...(nats !== undefined && { nats: nats ? 'connected' : 'away' }),
    };
  }
}
