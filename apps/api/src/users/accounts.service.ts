import { Injectable } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import { isUUID } from 'class-validator';
import { type EntityManager, In, Repository } from 'typeorm';
import { Clock } from '../config/clock.js';
import { searchable } from '../database/search-text.js';
import { ApiError, notFound } from '../http/api-error.js';
import { type CountedEnvelope, DEFAULT_LIMIT } from '../http/envelope.js';
import { byName, finds, findPage, inOrder, orderOf } from '../http/searched-list.js';
import { AccountEntity } from './account.entity.js';
import { AuditLog } from './audit-log.js';

/** A company, as others name it. */
export interface AccountName {
  id: string;
  name: string;
}

export const ACCOUNT_STATES = ['active', 'closed'] as const;
export type AccountStatus = (typeof ACCOUNT_STATES)[number];

/** A company, as those see it who look after companies. */
export interface AccountRecord extends AccountName {
  createdAt: Date;
  /** Null while it is open. */
  closedAt: Date | null;
}

export interface AccountSearch {
  /** Words of the name. */
  q?: string | undefined;
  status?: AccountStatus | undefined;
  limit?: number | undefined;
  cursor?: string | undefined;
}

/** Of a company that is closed, or opened again. */
export interface AccountClosed {
  accountId: string;
  name: string;
  actorId: string;
  at: Date;
}

/** Runs in the transaction that closes the company, or opens it again. */
export type ClosedHook = (tx: EntityManager, event: AccountClosed) => Promise<void>;

const STATES: Record<AccountStatus, string> = {
  active: 'closed_at IS NULL',
  closed: 'closed_at IS NOT NULL',
};
/** Not the accounts of people who belong to none. */
const COMPANIES = `kind = 'company'`;
const SORTINGS = { name: { columns: [byName('name')] } };
const SEARCH_TEXT = searchable('name');

/** The companies that use the portal; personal accounts are none. */
@Injectable()
export class Accounts {
  private readonly closedHooks: ClosedHook[] = [];
  private readonly reopenedHooks: ClosedHook[] = [];

  constructor(
    @InjectRepository(AccountEntity) private readonly accounts: Repository<AccountEntity>,
    private readonly audit: AuditLog,
    private readonly clock: Clock,
  ) {}

  /** Registers what must happen in the same transaction when a company is closed. */
  onClosed(hook: ClosedHook): void {
    this.closedHooks.push(hook);
  }

  /** The same when it is opened again. */
  onReopened(hook: ClosedHook): void {
    this.reopenedHooks.push(hook);
  }

  /**
   * All companies, or those that are searched for, by name.
   * @throws ApiError validation_failed for a cursor that this list has not given out
   */
  async list({
    q,
    status,
    limit = DEFAULT_LIMIT,
    cursor,
  }: AccountSearch): Promise<CountedEnvelope<AccountRecord>> {
    const { ids, meta } = await findPage(
      this.accounts.manager,
      {
        from: 'accounts',
        order: orderOf(SORTINGS, 'name'),
        conditions: (bind) => [
          COMPANIES,
          ...(status === undefined ? [] : [STATES[status]]),
          ...finds(SEARCH_TEXT, q, bind),
        ],
      },
      { limit, cursor },
    );
    const accounts = ids.length === 0 ? [] : await this.accounts.findBy({ id: In(ids) });
    return { resources: inOrder(ids, accounts), meta };
  }

  /** @throws ApiError not_found */
  async find(id: string): Promise<AccountRecord> {
    const account = isUUID(id) ? await this.accounts.findOneBy({ id, kind: 'company' }) : null;
    if (!account) throw notFound('The company');
    return account;
  }

  /** How many people each of these companies has who are not disabled; 0 is left out. */
  async people(ids: readonly string[]): Promise<Map<string, number>> {
    const rows: { id: string; people: number }[] = await this.accounts.query(
      `SELECT account_id AS id, count(*)::integer AS people FROM users
        WHERE account_id = ANY ($1) AND status = 'active' GROUP BY account_id`,
      [ids],
    );
    return new Map(rows.map(({ id, people }) => [id, people]));
  }

  /**
   * The company, locked against being closed until the transaction ends.
   * @throws ApiError not_found; conflict when it has been closed
   */
  async lockOpen(tx: EntityManager, id: string): Promise<AccountRecord> {
    const account = await this.lock(tx, id, 'pessimistic_read');
    if (account.closedAt)
      throw new ApiError('conflict', 'The company has been closed. Open it again first.');
    return account;
  }

  /**
   * From the commit on, nobody of the company gets in, however many they are. One that is closed
   * stays as it is.
   * @throws ApiError not_found; conflict for the company of those who work for Flixcheck
   */
  async close(id: string, actorId: string): Promise<void> {
    await this.accounts.manager.transaction(async (tx) => {
      const account = await this.lock(tx, id, 'for_no_key_update');
      if (account.closedAt) return;
      await refuseOperators(tx, account.id);
      const at = this.clock.now();
      await tx.update(AccountEntity, { id: account.id }, { closedAt: at });
      const { name } = account;
      const event = { accountId: account.id, name, actorId, at };
      for (const hook of this.closedHooks) await hook(tx, event);
      await this.record(tx, 'account_closed', account, { actorId, at });
    });
  }

  /**
   * Lets the people of a closed company sign in again. What has ended stays ended.
   * @throws ApiError not_found
   */
  async reopen(id: string, actorId: string): Promise<void> {
    await this.accounts.manager.transaction(async (tx) => {
      const account = await this.lock(tx, id, 'for_no_key_update');
      if (!account.closedAt) return;
      await tx.update(AccountEntity, { id: account.id }, { closedAt: null });
      const at = this.clock.now();
      const event = { accountId: account.id, name: account.name, actorId, at };
      for (const hook of this.reopenedHooks) await hook(tx, event);
      await this.record(tx, 'account_reopened', account, { actorId, at });
    });
  }

  private record(
    tx: EntityManager,
    action: 'account_closed' | 'account_reopened',
    { id, name }: AccountRecord,
    by: { actorId: string; at: Date },
  ): Promise<void> {
    return this.audit.record(tx, { ...by, action, subjectId: id, detail: { name } });
  }

  private async lock(
    tx: EntityManager,
    id: string,
    mode: 'pessimistic_read' | 'for_no_key_update',
  ): Promise<AccountRecord> {
    const account = isUUID(id)
      ? await tx.findOne(AccountEntity, { where: { id, kind: 'company' }, lock: { mode } })
      : null;
    if (!account) throw notFound('The company');
    return account;
  }

  /** The companies by id; unknown ids are left out. */
  async names(
    ids: readonly string[],
    tx: EntityManager = this.accounts.manager,
  ): Promise<Map<string, AccountName>> {
    if (ids.length === 0) return new Map();
    const accounts = await tx.findBy(AccountEntity, {
      id: In([...new Set(ids)]),
      kind: 'company',
    });
    return new Map(accounts.map(({ id, name }) => [id, { id, name }]));
  }
}

/** Whoever closed it would shut out everybody who could open it again. */
async function refuseOperators(tx: EntityManager, accountId: string): Promise<void> {
  const operators: unknown[] = await tx.query(
    `SELECT 1 FROM users WHERE account_id = $1 AND role = 'operator' LIMIT 1`,
    [accountId],
  );
  if (operators.length === 0) return;
  throw new ApiError(
    'conflict',
    'This is the company of those who work for Flixcheck. It cannot be closed.',
  );
}
