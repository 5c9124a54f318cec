import { beforeEach, describe, expect, it, jest } from '@jest/globals';
import { ApplicationRef, computed, signal } from '@angular/core';
import { TestBed } from '@angular/core/testing';
import { Api } from '../api/api';
import { errorFromAnswer, unreachableError } from '../api/problem';
import { TeamUser } from '../api/types';
import { SessionStore } from '../session/session-store';
import { TeamUsers } from './team-users';

const person = (id: string, more: Partial<TeamUser> = {}): TeamUser => ({
  id,
  email: `${id}@musterhaus.example`,
  firstName: id,
  lastName: 'Musterhaus',
  role: 'member',
  status: 'active',
  lastSignInAt: null,
  createdAt: '2026-01-07T10:00:00.000Z',
  activeConnections: 1,
  secondFactor: false,
  factorReset: null,
  passkey: false,
  ...more,
});

const api = {
  get: jest.fn<(path: string) => Promise<unknown>>(),
  patch: jest.fn<(path: string, body: unknown) => Promise<unknown>>(),
};
const role = signal<'admin' | 'member' | null>('admin');

async function team(): Promise<TeamUsers> {
  const users = TestBed.inject(TeamUsers);
  users.query.set({ q: '', sort: 'name' });
  users.users();
  await settled();
  return users;
}

const settled = () => TestBed.inject(ApplicationRef).whenStable();
const ids = (users: TeamUsers) => users.users()?.map(({ id }) => id);

beforeEach(() => {
  api.get.mockReset();
  api.patch.mockReset();
  role.set('admin');
  TestBed.configureTestingModule({
    providers: [
      TeamUsers,
      { provide: Api, useValue: api },
      {
        provide: SessionStore,
        useValue: {
          user: computed(() => (role() ? { role: role() } : null)),
          isAdmin: computed(() => role() === 'admin'),
        },
      },
    ],
  });
});

describe('the users of an account', () => {
  it('come page by page, as long as there is a cursor', async () => {
    api.get
      .mockResolvedValueOnce({ resources: [person('a')], meta: { total: 2, nextCursor: 'b+/=' } })
      .mockResolvedValueOnce({ resources: [person('b')], meta: { total: 2 } });
    const users = await team();
    expect(users.hasMore()).toBe(true);

    expect((await users.loadMore())?.id).toBe('b');

    expect(api.get).toHaveBeenLastCalledWith('/user/v7/users?sort=name&cursor=b%2B%2F%3D');
    expect(ids(users)).toEqual(['a', 'b']);
    expect(users.hasMore()).toBe(false);
    expect(await users.loadMore()).toBeNull();
  });

  it('are searched by the API, and counted', async () => {
    api.get
      .mockResolvedValueOnce({ resources: [person('a'), person('b')], meta: { total: 62 } })
      .mockResolvedValueOnce({ resources: [person('b')], meta: { total: 1 } });
    const users = await team();
    expect(users.total()).toBe(62);
    users.query.set({ q: 'Müller b', sort: 'name' });
    expect(ids(users)).toEqual(['a', 'b']);
    await settled();
    expect(api.get.mock.calls.at(-1)?.[0]).toBe('/user/v7/users?sort=name&q=M%C3%BCller+b');
    expect([ids(users), users.total()]).toEqual([['b'], 1]);
  });

  it('stay when the next page does not come, which can be tried again', async () => {
    api.get
      .mockResolvedValueOnce({ resources: [person('a')], meta: { total: 2, nextCursor: 'b' } })
      .mockRejectedValueOnce(unreachableError())
      .mockResolvedValueOnce({ resources: [person('b')], meta: { total: 2 } });
    const users = await team();

    await users.loadMore();
    expect(users.moreFailed()).toBe(true);
    expect(ids(users)).toEqual(['a']);

    await users.loadMore();
    expect(users.moreFailed()).toBe(false);
    expect(ids(users)).toEqual(['a', 'b']);
  });

  it('show a change at once, on whatever page', async () => {
    api.get
      .mockResolvedValueOnce({ resources: [person('a')], meta: { total: 2, nextCursor: 'b' } })
      .mockResolvedValueOnce({ resources: [person('b')], meta: { total: 2 } });
    api.patch.mockResolvedValueOnce({
      resource: person('b', { status: 'disabled', activeConnections: 0 }),
    });
    const users = await team();
    await users.loadMore();

    await users.setStatus('b', 'disabled');

    expect(api.patch).toHaveBeenCalledWith('/user/v7/users/b', {
      resource: { status: 'disabled' },
    });
    expect(users.users()?.map(({ status }) => status)).toEqual(['active', 'disabled']);
    expect(api.get).toHaveBeenCalledTimes(2);
  });

  it('are not asked for by a member', async () => {
    role.set('member');
    const users = await team();
    expect(users.forbidden()).toBe(true);
    expect(api.get).not.toHaveBeenCalled();
  });

  it('are refused by the API to somebody who is no longer an admin', async () => {
    api.get.mockRejectedValueOnce(errorFromAnswer(403, new Headers(), { code: 'forbidden' }));
    const users = await team();
    expect(users.forbidden()).toBe(true);
  });

  it('are asked for again after an error', async () => {
    api.get
      .mockRejectedValueOnce(unreachableError())
      .mockResolvedValueOnce({ resources: [person('a')], meta: { total: 2 } });
    const users = await team();
    expect(users.error()).toBeDefined();
    expect(users.forbidden()).toBe(false);

    users.reload();
    await settled();
    expect(ids(users)).toEqual(['a']);
  });
});
