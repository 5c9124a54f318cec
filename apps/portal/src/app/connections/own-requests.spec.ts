import { beforeEach, describe, expect, it, jest } from '@jest/globals';
import { signal } from '@angular/core';
import { ComponentFixture, TestBed } from '@angular/core/testing';
import { providePortal, shown } from '../../testing/portal-testing';
import { Api } from '../api/api';
import { SessionStore } from '../session/session-store';
import { OwnRequests } from './own-requests';

const get = jest.fn<(path: string) => Promise<unknown>>();

/** As the API lists them: the newest first. */
const asked = (id: string, clientId: string, more: object = {}) => ({
  id,
  client: { clientId, name: clientId, logoUri: null },
  requestedAt: new Date().toISOString(),
  status: 'declined',
  decidedBy: { firstName: 'Petra', lastName: id },
  decidedAt: new Date().toISOString(),
  answer: '',
  current: true,
  continueTo: null,
  ...more,
});

let fixture: ComponentFixture<OwnRequests>;

async function serve(...resources: object[]): Promise<HTMLElement> {
  get.mockResolvedValue({ resources, meta: {} });
  fixture = TestBed.createComponent(OwnRequests);
  const host = fixture.nativeElement as HTMLElement;
  await shown(fixture, () => host.querySelector('h3'));
  return host;
}

beforeEach(() => {
  get.mockReset();
  TestBed.configureTestingModule({
    providers: [
      ...providePortal(['connections']),
      { provide: Api, useValue: { get } },
      { provide: SessionStore, useValue: { user: signal({ id: 'me' }) } },
    ],
  });
});

describe('the requests of a person', () => {
  it('are one entry per application, the latest, with the earlier ones folded in', async () => {
    const host = await serve(
      asked('Neu', 'crm'),
      asked('Anders', 'belege'),
      asked('Alt', 'crm', { status: 'approved', continueTo: '/portal/oauth/authorize' }),
    );
    expect([...host.querySelectorAll('h3')].map((name) => name.textContent)).toEqual([
      'crm',
      'belege',
    ]);
    const [first, second] = host.querySelectorAll('.what');
    expect(first?.querySelector('p')?.textContent).toContain('Abgelehnt von Petra Neu');
    expect(first?.querySelector('details:not([open])')?.textContent).toContain(
      'Freigegeben von Petra Alt',
    );
    expect(second?.querySelector('details')).toBeNull();
  });

  it('lead on from the latest answer, and from no earlier one', async () => {
    const host = await serve(
      asked('Neu', 'crm'),
      asked('Alt', 'crm', { status: 'approved', continueTo: '/portal/oauth/authorize' }),
    );
    expect(host.querySelector('a')).toBeNull();
  });

  it('are those that concern the person still, with the earlier ones or not at all', async () => {
    const host = await serve(
      asked('Anders', 'belege'),
      asked('Neu', 'crm', { status: 'approved', current: false }),
      asked('Alt', 'crm'),
    );
    expect([...host.querySelectorAll('h3')].map((name) => name.textContent)).toEqual(['belege']);
  });
});
