import { Injectable } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import { type EntityManager, In, Repository } from 'typeorm';
import { searchable } from '../database/search-text.js';
import { type CountedEnvelope, DEFAULT_LIMIT } from '../http/envelope.js';
import { byName, finds, findPage, inOrder, orderOf } from '../http/searched-list.js';
import { AccountEntity } from './account.entity.js';

/** A company, as others name it. */
export interface AccountName {
  id: string;
  name: string;
}

export interface AccountSearch {
  /** Words of the name. */
  q?: string | undefined;
  limit?: number | undefined;
  cursor?: string | undefined;
}

const SORTINGS = { name: { columns: [byName('name')] } };
const SEARCH_TEXT = searchable('name');

/** The companies that use the portal. */
@Injectable()
export class Accounts {
  constructor(
    @InjectRepository(AccountEntity) private readonly accounts: Repository<AccountEntity>,
  ) {}

  /**
   * All companies, or those that are searched for, by name.
   * @throws ApiError validation_failed for a cursor that this list has not given out
   */
  async list({
    q,
    limit = DEFAULT_LIMIT,
    cursor,
  }: AccountSearch): Promise<CountedEnvelope<AccountName>> {
    const { ids, meta } = await findPage(
      this.accounts.manager,
      {
        from: 'accounts',
        order: orderOf(SORTINGS, 'name'),
        conditions: (bind) => ['true', ...finds(SEARCH_TEXT, q, bind)],
      },
      { limit, cursor },
    );
    return { resources: inOrder(ids, [...(await this.names(ids)).values()]), meta };
  }

  /** The companies by id; unknown ids are left out. */
  async names(
    ids: readonly string[],
    tx: EntityManager = this.accounts.manager,
  ): Promise<Map<string, AccountName>> {
    if (ids.length === 0) return new Map();
    const accounts = await tx.findBy(AccountEntity, { id: In([...new Set(ids)]) });
    return new Map(accounts.map(({ id, name }) => [id, { id, name }]));
  }
}
