import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { PersonalData } from '../database/personal-data.js';
import { about } from './data-subject.js';

/** What erasing somebody does, in numbers. */
export interface ErasureEffect {
  /** Records that go, besides the profile. */
  deleted: number;
  /** What stays without a name, because it belongs to the company. */
  connections: number;
  checks: number;
  auditRecords: number;
}

/** Counts what would go and what would stay, before somebody is erased. */
@Injectable()
export class ErasureEffects {
  constructor(
    private readonly dataSource: DataSource,
    private readonly data: PersonalData,
  ) {}

  async of(userId: string): Promise<ErasureEffect> {
    const shown = this.data.all.flatMap(({ export: list, erase }) =>
      list && !list.ofCompanyOnly ? [{ ...list, erased: erase !== undefined }] : [],
    );
    const counts = shown.map(({ rows }) => `(SELECT count(*)::integer FROM (${rows}) AS counted)`);
    const { statement, values } = about({ userId }, `SELECT ARRAY[${counts.join(', ')}] AS counts`);
    const [row]: { counts: number[] }[] = await this.dataSource.query(statement, values);
    const counted = shown.map((list, index) => ({ ...list, count: row?.counts[index] ?? 0 }));
    const sum = (isIt: (one: (typeof counted)[number]) => boolean) =>
      counted.filter(isIt).reduce((total, { count }) => total + count, 0);
    return {
      deleted: sum(({ erased }) => erased),
      connections: sum(({ list }) => list === 'connections'),
      checks: sum(({ list }) => list === 'checks'),
      auditRecords: sum(({ list }) => list === 'auditRecords'),
    };
  }
}
