import { expect, it, jest } from '@jest/globals';
import { TestBed } from '@angular/core/testing';
import { providePortal, shown } from '../../testing/portal-testing';
import { Api } from '../api/api';
import { SessionStore } from '../session/session-store';
import { CompaniesPage } from './companies-page';

it('asks for no search that the API would refuse, whatever stands in the address', async () => {
  const get = jest.fn<(path: string) => Promise<unknown>>();
  get.mockResolvedValue({ resources: [], meta: { total: 0 } });
  TestBed.configureTestingModule({
    providers: [
      ...providePortal(['companies', 'settings']),
      { provide: Api, useValue: { get } },
      { provide: SessionStore, useValue: { user: () => ({ id: 'op' }), isOperator: () => true } },
    ],
  });
  const fixture = TestBed.createComponent(CompaniesPage);
  fixture.componentRef.setInput('q', `Be\0ta ${'x'.repeat(200)}`);
  await shown(fixture, () => get.mock.calls.length > 0);
  const asked = new URL(get.mock.calls[0]?.[0] ?? '', 'https://portal.example');
  expect(asked.searchParams.get('q')).toBe(`Beta ${'x'.repeat(94)}`);
});
