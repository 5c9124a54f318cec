import { Inject, Injectable, type OnModuleInit } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import type { DataSource } from 'typeorm';
import { Clock, DAY } from '../config/clock.js';
import { CONFIG, type RuntimeConfig } from '../config/config.module.js';
import { ConnectionCounts } from '../connections/connection-counts.js';
import type { SessionCaller } from '../http/access.js';
import { ApiError } from '../http/api-error.js';
import type { CountedEnvelope, PageQuery, ResourcesEnvelope } from '../http/envelope.js';
import {
  type AccountRecord,
  Accounts,
  type AccountSearch,
  type AccountStatus,
} from '../users/accounts.service.js';
import { Notices } from '../users/notices.js';
import { Provisioning } from '../users/provisioning.js';
import { type Invitation, Invitations, type Invited } from './invitations.js';

/** A company with what it has, and would lose. */
export interface Company extends AccountRecord {
  /** Of those who are not disabled. */
  people: number;
  activeConnections: number;
  /** How long its data is kept once it is closed, so that it can be opened again. */
  keptDays: number;
  /** Until when; null: it is open. */
  keptUntil: Date | null;
}

/** Who is invited as the admin of a company. */
export type FirstAdmin = Pick<Invited, 'email' | 'locale'>;

/** Operators make companies, invite their first admins, and close them. */
@Injectable()
export class Companies implements OnModuleInit {
  constructor(
    @InjectDataSource() private readonly dataSource: DataSource,
    private readonly accounts: Accounts,
    private readonly provisioning: Provisioning,
    private readonly invitations: Invitations,
    private readonly counts: ConnectionCounts,
    private readonly notices: Notices,
    private readonly clock: Clock,
    @Inject(CONFIG) private readonly config: RuntimeConfig,
  ) {}

  onModuleInit(): void {
    this.accounts.onClosed(async (tx, { accountId }) => {
      await tx.query('DELETE FROM invitations WHERE account_id = $1', [accountId]);
    });
    // They are answered like strangers from now on, so nothing else tells them.
    this.accounts.onClosed(async (tx, { accountId, name, at }) => {
      const keptUntil = this.keptUntil(at).toISOString();
      const data = { company: name, at: at.toISOString(), keptUntil };
      await this.notices.tellAdminsOfClosed(tx, 'company-closed', accountId, data);
    });
    this.accounts.onReopened(async (tx, { accountId, name, at }) => {
      const data = { company: name, at: at.toISOString() };
      await this.notices.tellAdmins(tx, 'company-reopened', accountId, data);
    });
  }

  /** @throws ApiError validation_failed for a cursor that this list has not given out */
  async list(search: AccountSearch): Promise<CountedEnvelope<Company>> {
    const { resources, meta } = await this.accounts.list(search);
    return { resources: await this.describe(resources), meta };
  }

  /** @throws ApiError not_found */
  async get(id: string): Promise<Company> {
    const account = await this.accounts.find(id);
    const [company] = await this.describe([account]);
    return company ?? this.withFigures(account, { people: 0, activeConnections: 0 });
  }

  /**
   * Makes the company and invites its first admin, or does neither.
   * @throws ApiError validation_failed at `admin.email` for an address of another company
   */
  async create(
    { name, admin }: { name: string; admin: FirstAdmin },
    { userId }: SessionCaller,
  ): Promise<Company> {
    const { id } = await this.dataSource.transaction(async (tx) => {
      const account = await this.provisioning.addAccount(tx, name, userId);
      const into = { userId, accountId: account.id };
      await this.invitations.inviteAdmin(tx, into, admin, 'admin.email');
      return account;
    });
    return this.get(id);
  }

  /**
   * Closes the company or opens it again. Closing ends everything at once; opening brings back
   * neither sessions nor connections nor invitations, and is too late once its people are erased.
   * @throws ApiError not_found, conflict
   */
  async setStatus(id: string, status: AccountStatus, { userId }: SessionCaller): Promise<Company> {
    if (status === 'closed') {
      await this.accounts.close(id, userId);
    } else {
      const { closedAt } = await this.accounts.find(id);
      if (closedAt && this.keptUntil(closedAt) <= this.clock.now()) throw this.tooLate();
      await this.accounts.reopen(id, userId);
    }
    return this.get(id);
  }

  /**
   * The open and expired invitations of its admins, the latest first.
   * @throws ApiError not_found
   */
  async listInvitations(id: string, page: PageQuery): Promise<ResourcesEnvelope<Invitation>> {
    const account = await this.accounts.find(id);
    return this.invitations.list(account.id, page, 'admin');
  }

  /**
   * Invites another admin, for a company that has none.
   * @throws ApiError not_found, conflict, validation_failed at `email`, too_many_attempts
   */
  invite(id: string, admin: FirstAdmin, { userId }: SessionCaller): Promise<Invitation> {
    return this.dataSource.transaction((tx) =>
      this.invitations.inviteAdmin(tx, { userId, accountId: id }, admin, 'email'),
    );
  }

  private async describe(accounts: readonly AccountRecord[]): Promise<Company[]> {
    const ids = accounts.map(({ id }) => id);
    const [people, connections] = await Promise.all([
      this.accounts.people(ids),
      this.counts.ofAccounts(ids),
    ]);
    return accounts.map((account) =>
      this.withFigures(account, {
        people: people.get(account.id) ?? 0,
        activeConnections: connections.get(account.id) ?? 0,
      }),
    );
  }

  private withFigures(
    account: AccountRecord,
    figures: Pick<Company, 'people' | 'activeConnections'>,
  ): Company {
    const { closedAt } = account;
    const keptUntil = closedAt && this.keptUntil(closedAt);
    return { ...account, ...figures, keptDays: this.keptDays, keptUntil };
  }

  private get keptDays(): number {
    return this.config.retention.closedCompanies;
  }

  private keptUntil(closedAt: Date): Date {
    return new Date(closedAt.getTime() + this.keptDays * DAY);
  }

  private tooLate(): ApiError {
    return new ApiError(
      'conflict',
      `The company has been closed for more than ${this.keptDays} days, and its people are erased. Make a new company.`,
    );
  }
}
