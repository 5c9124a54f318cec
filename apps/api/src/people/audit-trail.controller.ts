import { Controller, Get, Query, StreamableFile } from '@nestjs/common';
import type { Readable } from 'node:stream';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { CurrentCaller, RequireSession, type SessionCaller } from '../http/access.js';
import { ApiProblems, ApiResources, type ResourcesEnvelope } from '../http/envelope.js';
import {
  AuditExportQuery,
  AuditQuery,
  AuditRecordDto,
  OperatorAuditExportQuery,
  OperatorAuditQuery,
} from './audit-trail.dto.js';
import { AuditTrail } from './audit-trail.service.js';

@ApiTags('Audit trail')
@Controller()
export class AuditTrailController {
  constructor(private readonly trail: AuditTrail) {}

  @Get('user/v7/audit-records')
  @RequireSession('admin')
  @ApiOperation({
    summary: 'See who did what in the account, latest first',
    description:
      'Everything that was done by or to its users. Nobody can change or remove it here. `q` finds who did it, and to whom it was done.',
  })
  @ApiResources(AuditRecordDto)
  @ApiProblems(400, 401, 403)
  list(
    @CurrentCaller() { accountId }: SessionCaller,
    @Query() query: AuditQuery,
  ): Promise<ResourcesEnvelope<AuditRecordDto>> {
    return this.trail.list({ ...query, accountId });
  }

  @Get('user/v7/audit-records/export')
  @RequireSession('admin')
  @ApiOperation({
    summary: 'Download the audit trail as a table for spreadsheets',
    description:
      'What the list would show on all its pages, as CSV (RFC 4180) in UTF-8. A value that a spreadsheet would take for a formula has an apostrophe before it.',
  })
  @ApiOkResponse({
    description: 'The table',
    content: { 'text/csv': { schema: { type: 'string' } } },
  })
  @ApiProblems(400, 401, 403)
  async export(
    @CurrentCaller() { accountId }: SessionCaller,
    @Query() query: AuditExportQuery,
  ): Promise<StreamableFile> {
    return asFile(await this.trail.table({ ...query, accountId }), query.language);
  }

  @Get('admin/v7/audit-records')
  @RequireSession('operator')
  @ApiOperation({
    summary: 'See who did what, in every account, latest first',
    description:
      'Also what concerns no account: clients, their secrets, and signing keys. `q` finds companies, too.',
  })
  @ApiResources(AuditRecordDto)
  @ApiProblems(400, 401, 403)
  listAll(@Query() query: OperatorAuditQuery): Promise<ResourcesEnvelope<AuditRecordDto>> {
    return this.trail.list(query);
  }

  @Get('admin/v7/audit-records/export')
  @RequireSession('operator')
  @ApiOperation({
    summary: 'Download the audit trail of every account as a table for spreadsheets',
    description:
      'What the list would show on all its pages, as CSV (RFC 4180) in UTF-8, with the company of each record. A value that a spreadsheet would take for a formula has an apostrophe before it.',
  })
  @ApiOkResponse({
    description: 'The table',
    content: { 'text/csv': { schema: { type: 'string' } } },
  })
  @ApiProblems(400, 401, 403)
  async exportAll(@Query() query: OperatorAuditExportQuery): Promise<StreamableFile> {
    return asFile(await this.trail.table(query, { companies: true }), query.language);
  }
}

function asFile(content: Readable, language: OperatorAuditExportQuery['language']): StreamableFile {
  const name = language === 'de' ? 'protokoll.csv' : 'audit-trail.csv';
  return new StreamableFile(content, {
    type: 'text/csv; charset=utf-8',
    disposition: `attachment; filename="${name}"`,
  });
}
