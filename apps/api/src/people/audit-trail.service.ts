import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import type { Readable } from 'node:stream';
import type { DataSource } from 'typeorm';
import { partiesOf } from '../connections/connection-parties.js';
import { CSV_PAGE_SIZE, csvOf, csvTime } from '../http/csv.js';
import type { ResourcesEnvelope } from '../http/envelope.js';
import type { MailKind } from '../mail/mail-kinds.js';
import { OAuthClientsService } from '../oauth-clients/oauth-clients.service.js';
import { AppLogger } from '../telemetry/app-logger.js';
import { type AuditAction, type AuditEntry, AuditLog } from '../users/audit-log.js';
import { UsersService } from '../users/users.service.js';
import {
  type AuditedConnectionDto,
  type AuditedThingDto,
  type AuditRecordDto,
  MAX_CONNECTIONS,
  type OperatorAuditExportQuery,
  type OperatorAuditQuery,
} from './audit-trail.dto.js';
import { AuditWords } from './audit-words.js';
import { Invitations } from './invitations.js';

/** Whose subject is a connection. */
const OF_ONE_CONNECTION: ReadonlySet<AuditAction> = new Set([
  'connection_granted',
  'connection_limit_changed',
  'connection_narrowed',
  'connection_renewed',
]);

const OF_MAILS: ReadonlySet<AuditAction> = new Set(['mail_failed', 'mail_sent']);

const COMPANY = { de: 'Unternehmen', en: 'Company' };
/** Before which column the company stands. */
const COMPANY_AT = 4;
const COLUMNS = {
  de: [
    'Zeit',
    'Was',
    'Wer',
    'Wen oder was',
    'Einzelheiten',
    'IP-Adresse',
    'Nummer',
    'Code',
    'Daten des Eintrags',
  ],
  en: ['At', 'What', 'By', 'To', 'Details', 'IP address', 'Number', 'Code', 'Data of the record'],
};

/** The audit trail as admins and operators read it: with the names of users and applications. */
@Injectable()
export class AuditTrail {
  constructor(
    @InjectDataSource() private readonly dataSource: DataSource,
    private readonly log: AuditLog,
    private readonly users: UsersService,
    private readonly clients: OAuthClientsService,
    private readonly invitations: Invitations,
    private readonly logger: AppLogger,
  ) {}

  /** @throws what `AuditLog.list` does */
  async list(query: OperatorAuditQuery): Promise<ResourcesEnvelope<AuditRecordDto>> {
    const { action, exceptAction, since, until, ...filter } = query;
    const { resources, meta } = await this.log.list({
      ...filter,
      actions: action,
      exceptActions: exceptAction,
      since: since === undefined ? undefined : new Date(since),
      until: until === undefined ? undefined : new Date(until),
    });
    return { resources: await this.named(resources), meta };
  }

  /**
   * @param companies whether it says to which company each record belongs
   * @returns the content of a table
   * @throws what `list` does
   */
  table(
    { language = 'en', timeZone = 'UTC', ...query }: OperatorAuditExportQuery,
    { companies = false } = {},
  ): Promise<Readable> {
    const time = csvTime(timeZone);
    const words = new AuditWords(language, time);
    const withCompany = (cells: string[], company: string) =>
      companies ? cells.toSpliced(COMPANY_AT, 0, company) : cells;
    return csvOf({
      columns: withCompany(COLUMNS[language], COMPANY[language]),
      language,
      page: (cursor) => this.list({ ...query, cursor, limit: CSV_PAGE_SIZE }),
      cells: (record) => withCompany(row(record, time, words), record.account?.name ?? ''),
      log: (error) => this.logger.error(error),
    });
  }

  private async named(entries: readonly AuditEntry[]): Promise<AuditRecordDto[]> {
    const parties = await partiesOf(this.dataSource.manager, entries.flatMap(connectionsOf));
    const connected = [...parties.values()];
    const applications = entries.flatMap(({ detail: { oauthClientId } }) =>
      typeof oauthClientId === 'string' ? [oauthClientId] : [],
    );
    const others = entries.flatMap(({ subject, subjectId }) =>
      subject === null && subjectId !== null ? [subjectId] : [],
    );
    const [clients, people, invited] = await Promise.all([
      this.clients.byIds([
        ...others,
        ...applications,
        ...connected.map(({ oauthClientId }) => oauthClientId),
      ]),
      this.users.people([
        ...connected.map(({ userId }) => userId),
        ...entries.flatMap(({ detail: { userId } }) =>
          typeof userId === 'string' ? [userId] : [],
        ),
      ]),
      this.invitations.addressesOf(others),
    ]);
    const toConnection = (id: string): AuditedConnectionDto[] => {
      const between = parties.get(id);
      const application = clients.get(between?.oauthClientId ?? '')?.name;
      if (!between || application === undefined) return [];
      return [{ id, application, user: people.get(between.userId) ?? null }];
    };
    return entries.map((entry) => {
      const { id, at, action, actor, subject, subjectId, detail, account } = entry;
      return {
        id,
        at,
        action,
        actor,
        subject: subject
          ? toPerson(subject)
          : subjectId === null
            ? null
            : toThing(subjectId, clients.get(subjectId)?.name, invited.get(subjectId)),
        application:
          typeof detail['oauthClientId'] === 'string'
            ? toThing(detail['oauthClientId'], clients.get(detail['oauthClientId'])?.name)
            : null,
        person: people.get(String(detail['userId'])) ?? null,
        account,
        connections: connectionsOf(entry).flatMap(toConnection),
        ...(isMail(entry) && { mail: entry.detail['mail'] as MailKind }),
        detail,
      };
    });
  }
}

/** The ids of the connections that a record names one by one. */
function connectionsOf({ action, subjectId, detail }: AuditEntry): string[] {
  const { connectionIds } = detail;
  if (Array.isArray(connectionIds)) return connectionIds.map(String).slice(0, MAX_CONNECTIONS);
  return OF_ONE_CONNECTION.has(action) && subjectId !== null ? [subjectId] : [];
}

function isMail({ action, detail }: AuditEntry): boolean {
  return OF_MAILS.has(action) && typeof detail['mail'] === 'string';
}

function toPerson(user: NonNullable<AuditEntry['subject']>): AuditedThingDto {
  const { id, email, firstName, lastName } = user;
  return { type: 'user', id, name: `${firstName} ${lastName}`, email };
}

function toThing(id: string, clientName: string | undefined, email?: string): AuditedThingDto {
  return {
    type: clientName ? 'client' : 'other',
    id,
    name: clientName ?? null,
    email: email ?? null,
  };
}

function row(record: AuditRecordDto, time: (at: Date) => string, words: AuditWords): string[] {
  const { ip, ...detail } = record.detail;
  return [
    time(record.at),
    words.action(record.action),
    record.actor?.email ?? '',
    whomOrWhat(record),
    words.details(record),
    typeof ip === 'string' ? ip : '',
    record.id,
    record.action,
    Object.keys(detail).length > 0 ? JSON.stringify(detail) : '',
  ];
}

function whomOrWhat({ subject, connections }: AuditRecordDto): string {
  if (subject?.name) return subject.name;
  const named = connections.map(({ application, user }) =>
    user ? `${application} (${user.email})` : application,
  );
  return named.join(', ') || (subject?.email ?? subject?.id ?? '');
}
