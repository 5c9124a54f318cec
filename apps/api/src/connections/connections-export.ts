import { scopeNames, splitScope } from '@flixcheck/oauth-protocol';
import { Injectable } from '@nestjs/common';
import type { Readable } from 'node:stream';
import { DAY } from '../config/clock.js';
import { inWords } from '../config/in-words.js';
import type { SessionCaller } from '../http/access.js';
import { CSV_PAGE_SIZE, csvOf, csvTime } from '../http/csv.js';
import { AppLogger } from '../telemetry/app-logger.js';
import { type ConnectionHealth, DORMANT_AFTER_MS } from './connection.js';
import type { ConnectionDto, ExportQuery } from './connections.dto.js';
import { ConnectionsOverview } from './connections-overview.js';
import { reasonInWords } from './revocation-reasons.js';

interface Words {
  language: 'de' | 'en';
  file: string;
  columns: string[];
  yes: string;
  no: string;
  self: string;
  inAdvance: string;
  health: Record<ConnectionHealth, string>;
}

const WORDS: Record<'de' | 'en', Words> = {
  de: {
    language: 'de',
    file: 'verbindungen.csv',
    columns: [
      'Anwendung',
      'Anbieter',
      'Anbieter von Flixcheck geprüft',
      'Person',
      'E-Mail-Adresse',
      'Erlaubt am',
      'Zuletzt genutzt am',
      'Zustand',
      'Rechte',
      'Befristet bis',
      'Beendet am',
      'Beendet von',
      'Grund',
      'Erlaubt von',
      'Kennung',
    ],
    yes: 'ja',
    no: 'nein',
    self: 'Person selbst',
    inAdvance: 'Unternehmen, im Voraus',
    health: {
      ok: 'In Ordnung',
      unused: 'Noch nicht genutzt',
      dormant: `Seit ${DORMANT_AFTER_MS / DAY} Tagen ungenutzt`,
      refresh_refused: 'Muss neu verbunden werden',
      ended: 'Beendet',
    },
  },
  en: {
    language: 'en',
    file: 'connections.csv',
    columns: [
      'Application',
      'Publisher',
      'Publisher verified by Flixcheck',
      'Person',
      'E-mail address',
      'Allowed at',
      'Last used at',
      'State',
      'Rights',
      'Limited until',
      'Ended at',
      'Ended by',
      'Reason',
      'Allowed by',
      'Id',
    ],
    yes: 'yes',
    no: 'no',
    self: 'The person',
    inAdvance: 'The company, in advance',
    health: {
      ok: 'No problems',
      unused: 'Not used yet',
      dormant: `Unused for ${inWords(DORMANT_AFTER_MS)}`,
      refresh_refused: 'Must be connected again',
      ended: 'Ended',
    },
  },
};

/** The list of connections as a table for spreadsheets (RFC 4180). */
@Injectable()
export class ConnectionsExport {
  constructor(
    private readonly overview: ConnectionsOverview,
    private readonly logger: AppLogger,
  ) {}

  /**
   * @returns the file's name and its content
   * @throws what `ConnectionsOverview.list` does
   */
  async file(
    caller: SessionCaller,
    { language = 'en', timeZone = 'UTC', ...query }: ExportQuery,
  ): Promise<{ name: string; content: Readable }> {
    const words = WORDS[language];
    const time = csvTime(timeZone);
    const content = await csvOf({
      columns: words.columns,
      language,
      page: (cursor) =>
        this.overview.list(caller, { ...query, limit: CSV_PAGE_SIZE, ...(cursor && { cursor }) }),
      cells: (connection) => row(connection, words, time),
      log: (error) => this.logger.error(error),
    });
    return { name: words.file, content };
  }
}

function row(connection: ConnectionDto, words: Words, at: (time: Date) => string): string[] {
  const { client, grantedBy, grantedInAdvance, revokedBy, revocationReason, scope } = connection;
  const time = (iso: string | null) => (iso === null ? '' : at(new Date(iso)));
  const name = (person: typeof revokedBy) =>
    person ? `${person.firstName} ${person.lastName}`.trim() : '';
  const admin = name(grantedInAdvance?.by ?? null);
  return [
    client.name,
    client.publisher,
    client.publisherVerified ? words.yes : words.no,
    name(grantedBy),
    grantedBy.email,
    time(connection.grantedAt),
    time(connection.lastUsedAt),
    words.health[connection.health],
    scopeNames(splitScope(scope), words.language),
    time(connection.expiresAt),
    time(connection.revokedAt),
    name(revokedBy),
    revocationReason === null ? '' : reasonInWords(revocationReason, words.language),
    grantedInAdvance ? words.inAdvance + (admin && ` (${admin})`) : words.self,
    connection.id,
  ];
}
