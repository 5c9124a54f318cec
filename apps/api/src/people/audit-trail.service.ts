import { Injectable } from '@nestjs/common';
import { pipeline, Readable } from 'node:stream';
import { csvTable, csvTime } from '../http/csv.js';
import type { ResourcesEnvelope } from '../http/envelope.js';
import { OAuthClientsService } from '../oauth-clients/oauth-clients.service.js';
import { AppLogger } from '../telemetry/app-logger.js';
import { type AuditEntry, AuditLog } from '../users/audit-log.js';
import type { AuditExportQuery, AuditRecordDto, OperatorAuditQuery } from './audit-trail.dto.js';

/** Rows read at a time for a table: few statements, and little memory however long it gets. */
const PAGE_SIZE = 500;

const COLUMNS = {
  de: ['Zeit', 'Was', 'Wer', 'Wen oder was', 'IP-Adresse', 'Einzelheiten', 'Nummer'],
  en: ['At', 'Action', 'By', 'To', 'IP address', 'Detail', 'Number'],
};

/** The audit trail as admins and operators read it: with the names of users and applications. */
@Injectable()
export class AuditTrail {
  constructor(
    private readonly log: AuditLog,
    private readonly clients: OAuthClientsService,
    private readonly logger: AppLogger,
  ) {}

  /** @throws what `AuditLog.list` does */
  async list(query: OperatorAuditQuery): Promise<ResourcesEnvelope<AuditRecordDto>> {
    const { action, ...filter } = query;
    const { resources, meta } = await this.log.list({ ...filter, actions: action });
    return { resources: await this.named(resources), meta };
  }

  /**
   * @returns the table, which is read as it is sent; if that fails, it ends with the error, so that
   *   nobody takes a part for the whole
   * @throws what `list` does, as long as there is still an answer to say it in
   */
  async table(
    accountId: string,
    { language = 'en', timeZone = 'UTC', action, ...query }: AuditExportQuery,
  ): Promise<Readable> {
    const time = csvTime(timeZone);
    const page = (cursor?: string) =>
      this.log.list({ ...query, actions: action, accountId, cursor, limit: PAGE_SIZE });
    const first = await page();
    const named = (entries: AuditEntry[]) => this.named(entries);
    async function* rows(): AsyncGenerator<string[]> {
      let { resources, meta } = first;
      for (;;) {
        for (const record of await named(resources)) yield row(record, time);
        if (meta.nextCursor === undefined) return;
        ({ resources, meta } = await page(meta.nextCursor));
      }
    }
    const table = csvTable(COLUMNS[language], language);
    pipeline(Readable.from(rows()), table, (error) => {
      if (error && error.code !== 'ERR_STREAM_PREMATURE_CLOSE') this.logger.error(error);
    });
    return table;
  }

  private async named(entries: readonly AuditEntry[]): Promise<AuditRecordDto[]> {
    const others = entries.flatMap(({ subject, subjectId }) =>
      subject === null && subjectId !== null ? [subjectId] : [],
    );
    const clients = await this.clients.byIds(others);
    return entries.map(({ id, at, action, actor, subject, subjectId, detail }) => ({
      id,
      at,
      action,
      actor,
      subject:
        subjectId === null
          ? null
          : subject
            ? { type: 'user', id: subjectId, name: `${subject.firstName} ${subject.lastName}` }
            : toThing(subjectId, clients.get(subjectId)?.name),
      detail,
    }));
  }
}

function toThing(id: string, clientName: string | undefined): AuditRecordDto['subject'] {
  return clientName === undefined
    ? { type: 'other', id, name: null }
    : { type: 'client', id, name: clientName };
}

function row(record: AuditRecordDto, time: (at: Date) => string): string[] {
  const { ip, ...detail } = record.detail;
  return [
    time(record.at),
    record.action,
    record.actor?.email ?? '',
    record.subject?.name ?? record.subject?.id ?? '',
    typeof ip === 'string' ? ip : '',
    Object.keys(detail).length > 0 ? JSON.stringify(detail) : '',
    record.id,
  ];
}
