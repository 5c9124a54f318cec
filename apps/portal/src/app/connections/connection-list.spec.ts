import { beforeEach, describe, expect, it, jest } from '@jest/globals';
import { TestBed } from '@angular/core/testing';
import { Api } from '../api/api';
import { FIRST_REQUESTS } from '../first-requests';
import { ConnectionFilter, filterFrom } from './connection-filter';
import { ConnectionList } from './connection-list';

const get = jest.fn<(path: string) => Promise<unknown>>();
const all: ConnectionFilter = filterFrom({}, 'active', 'me');

/** What the server has; pages hold two, or as many as are asked for. */
let rows: string[];
const serve = (path: string) => {
  const query = new URLSearchParams(path.split('?')[1]);
  const limit = query.get('limit') === '100' ? 4 : 2;
  const start = Number(query.get('cursor') ?? 0);
  const end = start + limit;
  return Promise.resolve({
    resources: rows.slice(start, end).map((id) => ({ id })),
    meta: { total: rows.length, ...(end < rows.length && { nextCursor: String(end) }) },
  });
};

let list: ConnectionList;

async function settled(): Promise<string[] | undefined> {
  TestBed.tick();
  await new Promise((resolve) => setTimeout(resolve));
  TestBed.tick();
  return list.connections()?.map(({ id }) => id);
}

/** Shows all rows that there are. */
async function showAll(): Promise<void> {
  list.filter.set(all);
  await settled();
  while (list.hasMore()) await list.more();
  get.mockClear();
}

beforeEach(() => {
  rows = ['a', 'b', 'c', 'd', 'e', 'f'];
  get.mockReset();
  get.mockImplementation(serve);
  TestBed.configureTestingModule({
    providers: [ConnectionList, { provide: Api, useValue: { get } }],
  });
  list = TestBed.inject(ConnectionList);
});

const PERSON = '0b8f6f8e-4a6b-4c55-9d0c-7d8b1c0c3a11';

describe('a list of connections', () => {
  it('asks for nothing before it knows the filter', async () => {
    expect(await settled()).toBeUndefined();
    expect(get).not.toHaveBeenCalled();
  });

  it('asks first for the very address that the boot script has already asked for', async () => {
    list.filter.set(all);
    await settled();
    expect(FIRST_REQUESTS['settings/connections']?.('')).toContain(get.mock.calls[0]?.[0]);
  });

  it('is filtered, searched and sorted by the server', async () => {
    list.filter.set(
      filterFrom(
        { q: ' ä\0 b ', person: PERSON, app: 'crm', health: 'dormant', sort: 'client' },
        'active',
        'me',
      ),
    );
    await settled();
    expect(get.mock.calls[0]?.[0]).toBe(
      `/user/v7/connections?status=active&q=%C3%A4+b&userId=${PERSON}&clientId=crm&health=dormant&sort=client&limit=50`,
    );
  });

  it('is whole where the address names nobody and nothing that could be', () => {
    const address = { q: '\0', person: 'junk', app: 'a b', health: 'x', sort: 'y' };
    expect(filterFrom(address, 'active', 'me')).toEqual(filterFrom({}, 'active', 'me'));
  });

  it('adds page after page, and says how many there are in all', async () => {
    list.filter.set(all);
    expect(await settled()).toEqual(['a', 'b']);
    expect([list.total(), list.hasMore()]).toEqual([6, true]);
    expect((await list.more())?.id).toBe('c');
    expect(await settled()).toEqual(['a', 'b', 'c', 'd']);
  });

  it('keeps what it has when a further page fails, and says so', async () => {
    list.filter.set(all);
    await settled();
    get.mockRejectedValueOnce(new Error('down'));
    expect(await list.more()).toBeNull();
    expect(await settled()).toEqual(['a', 'b']);
    expect(list.moreFailed()).toBe(true);
  });

  it('is another one for somebody else', async () => {
    await showAll();
    rows = [];
    list.filter.set({ ...all, viewer: 'somebody else' });
    expect(list.connections()).toBeUndefined();
    expect(await settled()).toEqual([]);
  });
});

describe('following a change', () => {
  it('takes one request where beginning and number are the same', async () => {
    await showAll();
    await list.sync();
    expect(get).toHaveBeenCalledTimes(1);
    expect(await settled()).toEqual(['a', 'b', 'c', 'd', 'e', 'f']);
  });

  it('reads what is shown anew, in large pages, where something is missing further down', async () => {
    await showAll();
    rows = ['a', 'b', 'c', 'e', 'f'];
    await list.sync();
    expect(get).toHaveBeenCalledTimes(2);
    expect(await settled()).toEqual(['a', 'b', 'c', 'e', 'f']);
    expect(list.total()).toBe(5);
  });

  it('takes out what has been ended here without asking, and is right about it', async () => {
    await showAll();
    rows = ['a', 'b', 'c', 'e', 'f'];
    list.remove(['d']);
    expect(await settled()).toEqual(['a', 'b', 'c', 'e', 'f']);
    expect([list.total(), get.mock.calls.length]).toEqual([5, 0]);
    await list.sync();
    expect(get).toHaveBeenCalledTimes(1);
  });

  it('waits while something is being ended here, and then follows once', async () => {
    await showAll();
    const release = list.hold();
    void list.sync();
    void list.sync();
    await settled();
    expect(get).not.toHaveBeenCalled();
    rows = ['a', 'b', 'c', 'e', 'f'];
    list.remove(['d']);
    release();
    await settled();
    expect(get).toHaveBeenCalledTimes(1);
  });

  it('of many changes at once makes two requests: for the first, and for the last', async () => {
    await showAll();
    for (let change = 0; change < 5; change += 1) void list.sync();
    await settled();
    await settled();
    expect(get).toHaveBeenCalledTimes(2);
  });

  it('keeps the rows when it fails, and says so until it succeeds', async () => {
    await showAll();
    get.mockRejectedValueOnce(new Error('down'));
    await list.sync();
    expect(await settled()).toHaveLength(6);
    expect(list.error()).toBeInstanceOf(Error);
    await list.sync();
    expect(list.error()).toBeUndefined();
  });
});

describe('what an address may say', () => {
  it('is taken, and what it cannot mean is left out', () => {
    expect(filterFrom({ health: 'ended', sort: 'drop table', q: '  ' }, 'active', null)).toEqual({
      ...all,
      viewer: null,
    });
    expect(filterFrom({ health: 'ok', sort: 'lastUsedAt' }, 'revoked', null)).toMatchObject({
      health: null,
      sort: null,
    });
  });
});
