import { Injectable } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import { randomUUID } from 'node:crypto';
import { Repository } from 'typeorm';
import { Clock } from '../config/clock.js';
import { ConnectionsService } from '../connections/connections.service.js';
import type { Caller } from '../http/access.js';
import { notFound } from '../http/api-error.js';
import {
  DEFAULT_LIMIT,
  decodeCursor,
  type PageQuery,
  type ResourcesEnvelope,
  toPage,
} from '../http/envelope.js';
import { UsersService } from '../users/users.service.js';
import { CheckEntity } from './check.entity.js';
import type { CheckDto, CheckInput } from './checks.dto.js';

/** The example resource that third parties work on. A check belongs to the account. */
@Injectable()
export class ChecksService {
  constructor(
    @InjectRepository(CheckEntity) private readonly checks: Repository<CheckEntity>,
    private readonly users: UsersService,
    private readonly connections: ConnectionsService,
    private readonly clock: Clock,
  ) {}

  async create(caller: Caller, { recipient, title }: CheckInput): Promise<CheckDto> {
    const check = this.checks.create({
      id: randomUUID(),
      accountId: caller.accountId,
      createdBy: caller.userId,
      connectionId: caller.via === 'bearer' ? caller.connectionId : null,
      recipientName: recipient.name,
      recipientEmail: recipient.email,
      title,
      status: 'draft',
      createdAt: this.clock.now(),
    });
    await this.checks.insert(check);
    return (await this.describer([check]))(check);
  }

  /** The account's checks, latest first. */
  async list({ accountId }: Caller, page: PageQuery): Promise<ResourcesEnvelope<CheckDto>> {
    const limit = page.limit ?? DEFAULT_LIMIT;
    const after = decodeCursor(page.cursor);
    const query = this.checks
      .createQueryBuilder('c')
      .where({ accountId })
      .orderBy('c.createdAt', 'DESC')
      .addOrderBy('c.id', 'DESC')
      .limit(limit + 1);
    if (after) {
      query.andWhere('(c.createdAt, c.id) < (CAST(:at AS timestamptz), CAST(:id AS uuid))', {
        at: after[0],
        id: after[1],
      });
    }
    const checks = await query.getMany();
    const describe = await this.describer(checks);
    return toPage(checks, limit, ({ createdAt, id }) => [createdAt.toISOString(), id], describe);
  }

  /** @throws ApiError not_found, also for another account's */
  async find({ accountId }: Caller, id: string): Promise<CheckDto> {
    const check = await this.checks.findOneBy({ id, accountId });
    if (!check) throw notFound('The check');
    return (await this.describer([check]))(check);
  }

  private async describer(checks: CheckEntity[]): Promise<(check: CheckEntity) => CheckDto> {
    const [people, clients] = await Promise.all([
      this.users.people(checks.map(({ createdBy }) => createdBy)),
      this.connections.clientsOf(checks.flatMap(({ connectionId }) => connectionId ?? [])),
    ]);
    return (check) => {
      const creator = people.get(check.createdBy);
      if (!creator) throw new Error('a check without its creator');
      const client = check.connectionId === null ? undefined : clients.get(check.connectionId);
      return {
        id: check.id,
        recipient: { name: check.recipientName, email: check.recipientEmail },
        title: check.title,
        status: check.status,
        createdBy: {
          id: creator.id,
          firstName: creator.firstName,
          lastName: creator.lastName,
        },
        createdVia: client ? { clientId: client.clientId, name: client.name } : null,
        createdAt: check.createdAt.toISOString(),
      };
    };
  }
}
