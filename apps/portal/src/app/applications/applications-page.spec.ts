import { beforeEach, describe, expect, it, jest } from '@jest/globals';
import { Component, signal } from '@angular/core';
import { TestBed } from '@angular/core/testing';
import { control, providePortal, shown, textOf } from '../../testing/portal-testing';
import { Api } from '../api/api';
import { SessionStore } from '../session/session-store';
import { Confirmation } from '../ui/confirmation';
import { Messages } from '../ui/messages';
import { type Question } from '../ui/question';
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
let policy: string;
let effect: object;
const get = jest.fn<(path: string) => Promise<unknown>>();
const patch = jest.fn<() => Promise<unknown>>();
const timesAsked = () =>
  get.mock.calls.filter(([path]) => path.startsWith('/user/v7/approval-requests?')).length;

beforeEach(() => {
  open = [REQUEST];
  policy = 'every';
  get.mockReset();
  get.mockImplementation((path) =>
    Promise.resolve(
      path === '/user/v7/account-policy'
        ? { resource: { allows: policy } }
        : path.startsWith('/user/v7/account-policy/effect')
          ? { resource: effect }
          : { resources: path.startsWith('/user/v7/approval-requests') ? open : [], meta: {} },
    ),
  );
  patch.mockReset();
  patch.mockImplementation(() => {
    open = [];
    return Promise.resolve({ resource: { approvedRequests: 2 } });
  });
  const session = {
    user: signal({ id: 'admin', role: 'admin' }),
    account: signal({ name: 'Musterhaus' }),
    isAdmin: () => true,
    nobody: () => false,
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

describe('a policy that answers requests which wait', () => {
  const allowEverything = async () => {
    const fixture = TestBed.createComponent(ApplicationsPage);
    await shown(fixture, () => textOf(fixture).includes('Bestandsblick'));
    document.querySelector<HTMLInputElement>('#policy-every')?.click();
    (await shown(fixture, () => control(fixture, 'Änderung übernehmen'))).click();
    return fixture;
  };

  beforeEach(() => {
    policy = 'selected';
    effect = {
      connections: 0,
      clients: [],
      approvedRequests: 2,
      approvedClients: [{ clientId: 'bestandsblick', name: 'Bestandsblick', openRequests: 2 }],
    };
  });

  it('says before which and how many, and after', async () => {
    const say = jest.spyOn(TestBed.inject(Messages), 'show');
    let question: Question | undefined;
    jest.spyOn(TestBed.inject(Confirmation), 'ask').mockImplementation(async (asked) => {
      question = asked as Question;
      await question.action?.(false);
      return true;
    });
    const fixture = await allowEverything();
    await shown(fixture, () => say.mock.calls.length === 1);
    expect(question).toMatchObject({
      heading: { text: 'applications.effect.headingMore' },
      points: [
        {
          text: 'applications.effect.approves.other',
          values: { count: '2', apps: 'Bestandsblick' },
        },
      ],
    });
    expect(say.mock.calls).toEqual([['applications.policy.doneApproved.other', { count: '2' }]]);
  });

  it('is not said to be under way while the question waits for an answer', async () => {
    jest.spyOn(TestBed.inject(Confirmation), 'ask').mockReturnValue(new Promise(() => undefined));
    const fixture = await allowEverything();
    await shown(fixture, () => jest.mocked(TestBed.inject(Confirmation).ask).mock.calls.length > 0);
    await fixture.whenStable();
    expect(textOf(fixture)).not.toContain('Wird übernommen');
    expect(patch).not.toHaveBeenCalled();
  });
});
