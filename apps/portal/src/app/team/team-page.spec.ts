import { beforeEach, describe, expect, it, jest } from '@jest/globals';
import { ComponentFixture, TestBed } from '@angular/core/testing';
import { control, providePortal, shown, textOf } from '../../testing/portal-testing';
import { Api } from '../api/api';
import { TeamUser } from '../api/types';
import { Confirmation } from '../ui/confirmation';
import { Messages } from '../ui/messages';
import type { Question } from '../ui/question';
import { Erasure } from './erasure';
import { TeamPage } from './team-page';

const anna = (id: string): TeamUser => ({
  id,
  email: `${id}@musterhaus.example`,
  firstName: 'Anna',
  lastName: 'Ahrens',
  role: 'member',
  status: 'active',
  lastSignInAt: null,
  createdAt: '2026-01-07T10:00:00.000Z',
  activeConnections: 0,
  secondFactor: true,
  factorReset: null,
  passkey: false,
});

const api = {
  get: jest.fn<(path: string) => Promise<unknown>>(),
  post: jest.fn<(path: string) => Promise<unknown>>(),
  patch: jest.fn<(path: string, body: unknown) => Promise<unknown>>(),
  delete: jest.fn<(path: string) => Promise<unknown>>(),
};
const ask = jest.fn<(question: Question) => Promise<boolean>>();
const askOnceItIsMade = async (question: Question | (() => Promise<Question>)) =>
  ask(typeof question === 'function' ? await question() : question);
const show = jest.fn<(text: string, values: { name: string }) => void>();

let fixture: ComponentFixture<TeamPage>;

beforeEach(() => {
  jest.resetAllMocks();
  document.body.replaceChildren();
  api.get.mockImplementation((path) =>
    Promise.resolve(
      path.startsWith('/user/v7/users')
        ? { resources: [anna('person32'), anna('person48')], meta: { total: 2 } }
        : { resources: [], meta: {} },
    ),
  );
  api.patch.mockImplementation(() => Promise.resolve({ resource: anna('person48') }));
  api.post.mockResolvedValue({
    resource: { askedAt: '2026-11-26T08:00:00Z', dueAt: '2026-11-27T08:00:00Z', askedBy: null },
  });
  api.delete.mockResolvedValue({ resource: { ended: 2 } });
  ask.mockImplementation(async ({ action }) => {
    await action?.(false);
    return true;
  });
  TestBed.configureTestingModule({
    providers: [
      ...providePortal(['team', 'settings']),
      { provide: Api, useValue: api },
      { provide: Confirmation, useValue: { ask: askOnceItIsMade } },
      { provide: Messages, useValue: { show } },
      { provide: Erasure, useValue: { ask: () => Promise.resolve(true) } },
    ],
  });
  fixture = TestBed.createComponent(TeamPage);
  document.body.append(fixture.nativeElement as HTMLElement);
});

describe('of two people with one name', () => {
  it.each([
    ['Zugang von Anna Ahrens (person48@musterhaus.example) sperren', 'team.disable.done'],
    ['Rolle ändern: Anna Ahrens (person48@musterhaus.example)', 'team.changeRole.toAdmin.done'],
    ['Überall abmelden: Anna Ahrens (person48@musterhaus.example)', 'team.signOut.done'],
    ['Anmeldung zurücksetzen: Anna Ahrens (person48@musterhaus.example)', 'team.resetFactor.done'],
  ])('button, question and message say which is meant: %s', async (button, done) => {
    (await shown(fixture, () => control(fixture, button))).click();
    await shown(fixture, () => show.mock.calls.length === 1);
    expect(ask.mock.calls[0]?.[0].email).toBe('person48@musterhaus.example');
    expect(show.mock.calls[0]).toEqual([
      done,
      { name: 'Anna Ahrens (person48@musterhaus.example)' },
    ]);
  });
});

it('who is signed out everywhere where there was nothing to end: the message says so', async () => {
  api.delete.mockResolvedValue({ resource: { ended: 0 } });
  const button = 'Überall abmelden: Anna Ahrens (person48@musterhaus.example)';
  (await shown(fixture, () => control(fixture, button))).click();
  await shown(fixture, () => show.mock.calls.length === 1);
  expect(api.delete).toHaveBeenCalledWith('/user/v7/users/person48/sessions');
  expect(show.mock.calls[0]?.[0]).toBe('team.signOut.none');
});

describe('how many can sign in safely', () => {
  const REQUIREMENT = '/user/v7/second-factor-requirement';

  it.each([
    ['somebody is shut out', 'Zugang von Anna Ahrens (left@musterhaus.example) sperren'],
    ['somebody is let in again', 'Zugang von Anna Ahrens (left@musterhaus.example) freigeben'],
    ['a sign-in is reset', 'Anmeldung zurücksetzen: Anna Ahrens (left@musterhaus.example)'],
    ['somebody is erased', 'Für immer löschen: Anna Ahrens (left@musterhaus.example)'],
  ])('is read again once %s', async (what, button) => {
    const shutOut = what.includes('again') || what.includes('erased');
    const left: TeamUser = { ...anna('left'), status: shutOut ? 'disabled' : 'active' };
    let withFactor = 2;
    api.get.mockImplementation((path) =>
      Promise.resolve(
        path.startsWith('/user/v7/users')
          ? { resources: [anna('person32'), left], meta: { total: 2 } }
          : path === REQUIREMENT
            ? { resource: { requiredFrom: null, people: 2, withFactor, own: true, resetHours: 24 } }
            : { resources: [], meta: {} },
      ),
    );
    await shown(fixture, () => textOf(fixture).includes('2 von 2 Personen'));
    withFactor = 1;
    (await shown(fixture, () => control(fixture, button))).click();
    await shown(fixture, () => textOf(fixture).includes('1 von 2 Personen'));
  });
});

describe('before a sign-in is reset', () => {
  it.each([
    [24, 'team.resetFactor.waiting.other', { name: 'Anna Ahrens', count: '24' }],
    [1, 'team.resetFactor.waiting.one', { name: 'Anna Ahrens', count: '1' }],
    [0, 'team.resetFactor.atOnce', { name: 'Anna Ahrens' }],
  ])(
    'the time to object is named as the installation has it: %s hours',
    async (hours, text, values) => {
      api.get.mockImplementation((path) =>
        Promise.resolve(
          path.startsWith('/user/v7/users')
            ? { resources: [anna('person32')], meta: { total: 1 } }
            : path === '/user/v7/second-factor-requirement'
              ? {
                  resource: {
                    ...{ requiredFrom: null, people: 1, withFactor: 1, own: true },
                    resetHours: hours,
                  },
                }
              : { resources: [], meta: {} },
        ),
      );
      await shown(fixture, () => textOf(fixture).includes('1 von 1 Person'));
      (await shown(fixture, () => control(fixture, 'Anmeldung zurücksetzen: Anna Ahrens'))).click();
      await shown(fixture, () => ask.mock.calls.length === 1);
      expect(ask.mock.calls[0]?.[0].points).toContainEqual({ text, values });
    },
  );
});
