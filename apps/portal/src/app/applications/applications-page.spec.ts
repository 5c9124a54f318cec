import { beforeEach, describe, expect, it, jest } from '@jest/globals';
import { Component, signal } from '@angular/core';
import { TestBed } from '@angular/core/testing';
import { control, providePortal, shown, textOf } from '../../testing/portal-testing';
import { Api } from '../api/api';
import { SessionStore } from '../session/session-store';
import { ApplicationsPage } from './applications-page';
import { WaitingApprovals } from './waiting-approvals';

@Component({ template: '' })
class Frame {}

const REQUEST = {
  id: 'r',
  client: { name: 'Bestandsblick', publisher: 'Bestandsblick GmbH', logoUri: null },
  requestedBy: { id: 'u', firstName: 'Anna', lastName: 'Ahrens', email: 'a@musterhaus.example' },
  requestedAt: '2026-11-26T08:00:00Z',
  note: '',
};

let open: object[];
const get = jest.fn<(path: string) => Promise<unknown>>();
const timesAsked = () =>
  get.mock.calls.filter(([path]) => path.startsWith('/user/v7/approval-requests?')).length;

beforeEach(() => {
  open = [REQUEST];
  get.mockReset();
  get.mockImplementation((path) =>
    Promise.resolve(
      path === '/user/v7/account-policy'
        ? { resource: { allows: 'every' } }
        : { resources: path.startsWith('/user/v7/approval-requests') ? open : [], meta: {} },
    ),
  );
  const patch = () => {
    open = [];
    return Promise.resolve({});
  };
  const session = {
    user: signal({ id: 'admin', role: 'admin' }),
    account: signal({ name: 'Musterhaus' }),
    isAdmin: () => true,
  };
  TestBed.configureTestingModule({
    providers: [
      ...providePortal(['applications', 'settings']),
      { provide: Api, useValue: { get, patch } },
      { provide: SessionStore, useValue: session },
    ],
  });
});

describe('the requests that wait', () => {
  it('are asked for once, for the page and for the number that the frame shows', async () => {
    const waiting = TestBed.inject(WaitingApprovals);
    const fixture = TestBed.createComponent(ApplicationsPage);
    await shown(fixture, () => textOf(fixture).includes('Bestandsblick'));
    expect([waiting.count(), timesAsked()]).toEqual([1, 1]);
    (await shown(fixture, () => control(fixture, /^Freigeben|^Erlauben/))).click();
    await shown(fixture, () => textOf(fixture).includes('Niemand wartet auf eine Freigabe.'));
    expect([waiting.count(), timesAsked()]).toEqual([0, 2]);
  });

  it('are asked for anew where the frame has had them for some time', async () => {
    const waiting = TestBed.inject(WaitingApprovals);
    await shown(TestBed.createComponent(Frame), () => waiting.count() === 1);
    get.mockClear();
    open = [];
    const fixture = TestBed.createComponent(ApplicationsPage);
    await shown(fixture, () => textOf(fixture).includes('Niemand wartet auf eine Freigabe.'));
    expect(timesAsked()).toBe(1);
  });
});
