import { beforeEach, describe, expect, it, jest } from '@jest/globals';
import { TestBed } from '@angular/core/testing';
import { control, providePortal, shown } from '../../testing/portal-testing';
import { Api } from '../api/api';
import { CompanyDetails } from '../api/types';
import { Confirmation } from '../ui/confirmation';
import { Deletion } from '../ui/deletion';
import { CompanyEnding } from './company-ending';

const company = {
  id: 'c1',
  name: 'Beispiel Assekuranz AG',
  status: 'active',
  people: 2,
  activeConnections: 3,
  keptUntil: '2027-01-01T00:00:00.000Z',
  keptDays: 45,
} as CompanyDetails;
const api = {
  get: jest.fn<() => Promise<unknown>>(),
  patch: jest.fn<(path: string, body: unknown) => Promise<unknown>>(),
};
const deletion = { ask: jest.fn<Deletion['ask']>() };
const confirmation = { ask: jest.fn<Confirmation['ask']>() };

async function press(status: CompanyDetails['status'], name: string): Promise<void> {
  const fixture = TestBed.createComponent(CompanyEnding);
  fixture.componentRef.setInput('company', { ...company, status });
  (await shown(fixture, () => control(fixture, name))).click();
}

beforeEach(() => {
  api.get.mockResolvedValue({ resource: company });
  api.patch.mockReset();
  api.patch.mockResolvedValue({ resource: { ...company, status: 'closed' } });
  deletion.ask.mockReset();
  deletion.ask.mockResolvedValue(false);
  confirmation.ask.mockReset();
  confirmation.ask.mockResolvedValue(false);
  TestBed.configureTestingModule({
    providers: [
      ...providePortal(['companies', 'settings']),
      { provide: Api, useValue: api },
      { provide: Deletion, useValue: deletion },
      { provide: Confirmation, useValue: confirmation },
    ],
  });
});

describe('closing a company', () => {
  it('says for how long the installation lets it be opened again', async () => {
    await press('active', 'Schließen …');
    const { points } = await deletion.ask.mock.calls[0]![0]();
    expect(points).toContainEqual({ text: 'companies.close.later', values: { days: '45' } });
  });

  it('asks for its name to be typed, because what it ends does not come back', async () => {
    await press('active', 'Schließen …');
    const question = await deletion.ask.mock.calls[0]![0]();
    expect(question).toMatchObject({ name: company.name, confirm: 'companies.close.confirm' });
    expect(api.patch).not.toHaveBeenCalled();
    await question.action();
    expect(api.patch).toHaveBeenCalledWith(expect.stringMatching(/c1$/), {
      resource: { status: 'closed' },
    });
  });

  it('is undone after a plain question', async () => {
    await press('closed', 'Wieder öffnen …');
    expect(deletion.ask).not.toHaveBeenCalled();
    expect(confirmation.ask).toHaveBeenCalledTimes(1);
  });
});
