import { Injectable } from '@nestjs/common';
import { Readable } from 'node:stream';
import { DataSource, type QueryRunner } from 'typeorm';
import { Clock, SECOND } from '../config/clock.js';
import { PersonalData } from '../database/personal-data.js';
import { notFound } from '../http/api-error.js';
import { AppLogger } from '../telemetry/app-logger.js';
import { Accounts } from '../users/accounts.service.js';
import { AuditLog } from '../users/audit-log.js';
import { UsersService } from '../users/users.service.js';
import { about, type DataSubject } from './data-subject.js';

/** Rows to read at a time: little memory, however much is stored. */
const ROWS = 500;
/** So long a reader may leave a part unread: the database keeps the state of its beginning. */
const UNREAD_MS = 60 * SECOND;

/** All that is stored about a person or a company, but for secrets, as one JSON document. */
@Injectable()
export class PersonalDataExport {
  constructor(
    private readonly dataSource: DataSource,
    private readonly data: PersonalData,
    private readonly users: UsersService,
    private readonly accounts: Accounts,
    private readonly audit: AuditLog,
    private readonly clock: Clock,
    private readonly logger: AppLogger,
  ) {}

  /**
   * @param actorId who asks; null for the command line
   * @returns the document, read as it is sent, as of one moment; if reading fails, it ends with the
   *   error, so that nobody takes a part for the whole
   * @throws ApiError not_found
   */
  async document(subject: DataSubject, actorId: string | null): Promise<Readable> {
    const at = this.clock.now();
    const described = await this.describe(subject);
    await this.audit.note({
      actorId,
      action: 'personal_data_exported',
      subjectId: described.id,
      at,
    });
    const head = { exportedAt: at.toISOString(), about: described };
    return Readable.from(this.parts(subject, head), { objectMode: false });
  }

  private async describe(subject: DataSubject): Promise<{ id: string } & Record<string, string>> {
    if ('userId' in subject) {
      const user = await this.users.findById(subject.userId);
      if (!user) throw notFound('The user');
      return { type: 'person', id: user.id, email: user.email };
    }
    const account = (await this.accounts.names([subject.accountId])).get(subject.accountId);
    if (!account) throw notFound('The account');
    return { type: 'company', ...account };
  }

  private async *parts(subject: DataSubject, head: object): AsyncGenerator<string> {
    const runner = this.dataSource.createQueryRunner();
    try {
      await runner.startTransaction('REPEATABLE READ');
      await runner.query(`SET LOCAL idle_in_transaction_session_timeout = ${UNREAD_MS}`);
      yield JSON.stringify(head, null, 2).replace(/\n}$/, '');
      for (const { list, rows } of this.lists(subject)) {
        yield `,\n  ${JSON.stringify(list)}: [`;
        let before = '';
        for await (const row of read(runner, subject, rows)) {
          yield `${before}\n    ${JSON.stringify(row)}`;
          before = ',';
        }
        yield `${before && '\n  '}]`;
      }
      yield '\n}\n';
    } catch (error) {
      this.logger.error(error);
      throw error;
    } finally {
      if (runner.isTransactionActive) await runner.rollbackTransaction().catch(() => undefined);
      await runner.release();
    }
  }

  /** The profile first, and then by name, so that two documents can be compared. */
  private lists(subject: DataSubject) {
    return this.data.all
      .flatMap(({ export: shown }) => shown ?? [])
      .filter(({ ofCompanyOnly }) => 'accountId' in subject || !ofCompanyOnly)
      .sort((one, other) => place(one.list).localeCompare(place(other.list), 'en'));
  }
}

const place = (list: string): string => (list === 'profile' ? '' : list);

async function* read(
  runner: QueryRunner,
  subject: DataSubject,
  rows: string,
): AsyncGenerator<object> {
  const { statement, values } = about(subject, rows);
  await runner.query(`DECLARE part NO SCROLL CURSOR FOR ${statement}`, values);
  for (;;) {
    const found: object[] = await runner.query(`FETCH ${ROWS} FROM part`);
    yield* found;
    if (found.length < ROWS) break;
  }
  await runner.query('CLOSE part');
}
