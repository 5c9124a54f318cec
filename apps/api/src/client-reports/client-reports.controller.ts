import { Controller, Get, Param, Query } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { SECOND } from '../config/clock.js';
import { RequireDeveloper, RequireSession } from '../http/access.js';
import { ApiLimits, ApiProblems, ApiResource } from '../http/envelope.js';
import { ClientDiagnosisDto } from './client-diagnosis.dto.js';
import { ClientDiagnosis } from './client-diagnosis.js';
import { ClientStatisticsDto, DEFAULT_DAYS, StatisticsQuery } from './client-statistics.dto.js';
import { ClientStatistics } from './client-statistics.js';
import { EARLY_MS, REUSE_MS } from './diagnosis-rules.js';

const DIAGNOSIS_LIMITS = {
  reuseSeconds: REUSE_MS / SECOND,
  earlyRefreshSeconds: EARLY_MS / SECOND,
};

const DIAGNOSIS =
  'From how it is registered and what it has sent lately, each with how to mend it. Empty: nothing to mend.';
const STATISTICS = 'Exchanges, refreshes, failures by reason and active connections, by day (UTC).';

/** Of every client, for operators. */
@ApiTags('Registry')
@Controller('admin/v7/oauth-clients')
@RequireSession('operator')
export class RegistryReportsController {
  constructor(
    private readonly statistics: ClientStatistics,
    private readonly diagnosis: ClientDiagnosis,
  ) {}

  @Get(':id/statistics')
  @ApiOperation({ summary: 'What the client has done day by day', description: STATISTICS })
  @ApiResource(ClientStatisticsDto)
  @ApiProblems(400, 401, 403, 404)
  async count(@Param('id') id: string, @Query() { days = DEFAULT_DAYS }: StatisticsQuery) {
    return { resource: await this.statistics.of(id, days) };
  }

  @Get(':id/diagnosis')
  @ApiLimits(DIAGNOSIS_LIMITS)
  @ApiOperation({ summary: 'What is wrong or risky with the client', description: DIAGNOSIS })
  @ApiResource(ClientDiagnosisDto)
  @ApiProblems(401, 403, 404)
  async examine(@Param('id') id: string) {
    return { resource: await this.diagnosis.of(id) };
  }
}

/** Of their own clients, for developers. */
@ApiTags('Developers')
@Controller('user/v7/developer/oauth-clients')
@RequireDeveloper()
export class DeskReportsController {
  constructor(
    private readonly statistics: ClientStatistics,
    private readonly diagnosis: ClientDiagnosis,
  ) {}

  @Get(':id/statistics')
  @ApiOperation({ summary: 'What my client has done day by day', description: STATISTICS })
  @ApiResource(ClientStatisticsDto)
  @ApiProblems(400, 401, 403, 404)
  async count(@Param('id') id: string, @Query() { days = DEFAULT_DAYS }: StatisticsQuery) {
    return { resource: await this.statistics.of(id, days) };
  }

  @Get(':id/diagnosis')
  @ApiLimits(DIAGNOSIS_LIMITS)
  @ApiOperation({ summary: 'What is wrong or risky with my client', description: DIAGNOSIS })
  @ApiResource(ClientDiagnosisDto)
  @ApiProblems(401, 403, 404)
  async examine(@Param('id') id: string) {
    return { resource: await this.diagnosis.of(id) };
  }
}
