import { beforeEach, describe, expect, it, jest } from '@jest/globals';
import { TestBed } from '@angular/core/testing';
import { TranslocoService } from '@jsverse/transloco';
import { firstValueFrom } from 'rxjs';
import { providePortal } from '../../testing/portal-testing';
import { Api } from '../api/api';
import { TeamUser } from '../api/types';
import { Deletion } from '../ui/deletion';
import { Erasure } from './erasure';

const ANNA = { id: 'a', email: 'anna@musterhaus.example', firstName: 'Anna', lastName: 'Ahrens' };

describe('what stays of somebody who is erased', () => {
  let effect: object;
  let kept: (string | undefined)[];

  beforeEach(async () => {
    const ask: Deletion['ask'] = async (question) => {
      const { points } = await question();
      const stays = points.filter(({ text }) => text === 'team.erase.stays');
      kept = stays.map(({ values }) => values?.['kept'] as string);
      return false;
    };
    TestBed.configureTestingModule({
      providers: [
        ...providePortal(['team']),
        { provide: Api, useValue: { get: jest.fn(() => Promise.resolve({ resource: effect })) } },
        { provide: Deletion, useValue: { ask } },
      ],
    });
    await firstValueFrom(TestBed.inject(TranslocoService).load('team/de'));
  });

  const stays = async (numbers: object) => {
    effect = { deleted: 3, connections: 0, checks: 0, auditRecords: 0, ...numbers };
    await TestBed.inject(Erasure).ask(ANNA as TeamUser);
    return kept;
  };

  it('is named with its number, and nothing of which there is none', async () => {
    expect(await stays({ connections: 1, checks: 2, auditRecords: 12 })).toEqual([
      '1 Verbindung, 2 Checks und 12 Einträge im Protokoll',
    ]);
    expect(await stays({ auditRecords: 12 })).toEqual(['12 Einträge im Protokoll']);
    expect(await stays({})).toEqual([]);
  });
});
