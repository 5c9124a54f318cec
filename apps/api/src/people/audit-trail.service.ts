import { Injectable } from '@nestjs/common';
import type { Readable } from 'node:stream';
import { CSV_PAGE_SIZE, csvOf, csvTime } from '../http/csv.js';
import type { ResourcesEnvelope } from '../http/envelope.js';
import { OAuthClientsService } from '../oauth-clients/oauth-clients.service.js';
import { AppLogger } from '../telemetry/app-logger.js';
import { type AuditEntry, AuditLog } from '../users/audit-log.js';
import type {
  AuditedThingDto,
  AuditExportQuery,
  AuditRecordDto,
  OperatorAuditQuery,
} from './audit-trail.dto.js';

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
    const { action, since, until, ...filter } = query;
    const { resources, meta } = await this.log.list({
      ...filter,
      actions: action,
      since: since === undefined ? undefined : new Date(since),
      until: until === undefined ? undefined : new Date(until),
    });
    return { resources: await this.named(resources), meta };
  }

  /**
   * @returns the content of a table
   * @throws what `list` does
   */
  table(
    accountId: string,
    { language = 'en', timeZone = 'UTC', ...query }: AuditExportQuery,
  ): Promise<Readable> {
    const time = csvTime(timeZone);
    return csvOf({
      columns: COLUMNS[language],
      language,
      page: (cursor) => this.list({ ...query, accountId, cursor, limit: CSV_PAGE_SIZE }),
      cells: (record) => row(record, time),
      log: (error) => this.logger.error(error),
    });
  }

  private async named(entries: readonly AuditEntry[]): Promise<AuditRecordDto[]> {
    const applications = entries.flatMap(({ detail: { oauthClientId } }) =>
      typeof oauthClientId === 'string' ? [oauthClientId] : [],
    );
    const others = entries.flatMap(({ subject, subjectId }) =>
      subject === null && subjectId !== null ? [subjectId] : [],
    );
    const clients = await this.clients.byIds([...others, ...applications]);
    return entries.map(({ id, at, action, actor, subject, subjectId, detail }) => ({
      id,
      at,
      action,
      actor,
      subject: subject
        ? toPerson(subject)
        : subjectId === null
          ? null
          : toThing(subjectId, clients.get(subjectId)?.name),
      application:
        typeof detail['oauthClientId'] === 'string'
          ? toThing(detail['oauthClientId'], clients.get(detail['oauthClientId'])?.name)
          : null,
      detail,
    }));
  }
}

function toPerson(user: NonNullable<AuditEntry['subject']>): AuditedThingDto {
  const { id, email, firstName, lastName } = user;
  return { type: 'user', id, name: `${firstName} ${lastName}`, email };
}

function toThing(id: string, clientName: string | undefined): AuditedThingDto {
  return { type: clientName ? 'client' : 'other', id, name: clientName ?? null, email: null };
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
