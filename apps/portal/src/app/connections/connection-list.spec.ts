import { beforeEach, describe, expect, it, jest } from '@jest/globals';
import { TestBed } from '@angular/core/testing';
import { Api } from '../api/api';
import { ConnectionList } from './connection-list';

const get = jest.fn<(path: string) => Promise<unknown>>();
const page = (ids: string[], nextCursor?: string) => ({
  resources: ids.map((id) => ({ id })),
  meta: nextCursor ? { nextCursor } : {},
});

let list: ConnectionList;

async function settled(): Promise<string[] | undefined> {
  TestBed.tick();
  await new Promise((resolve) => setTimeout(resolve));
  TestBed.tick();
  return list.connections()?.map(({ id }) => id);
}

beforeEach(() => {
  get.mockReset();
  TestBed.configureTestingModule({
    providers: [ConnectionList, { provide: Api, useValue: { get } }],
  });
  list = TestBed.inject(ConnectionList);
});

describe('a list of connections', () => {
  it('asks for nothing before it knows the filter', async () => {
    expect(await settled()).toBeUndefined();
    expect(get).not.toHaveBeenCalled();
  });

  it('filters on the server', async () => {
    get.mockResolvedValue(page(['a']));
    list.filter.set({ status: 'active', userId: 'u 1', clientId: 'crm' });
    expect(await settled()).toEqual(['a']);
    expect(get.mock.calls[0]?.[0]).toBe(
      '/user/v7/connections?status=active&limit=50&userId=u+1&clientId=crm',
    );
  });

  it('adds page after page, and asks for all of them again when it reloads', async () => {
    get.mockImplementation((path) =>
      Promise.resolve(path.includes('cursor=x') ? page(['b']) : page(['a'], 'x')),
    );
    list.filter.set({ status: 'active', userId: null, clientId: null });
    expect(await settled()).toEqual(['a']);
    expect(list.hasMore()).toBe(true);
    await list.more();
    expect(await settled()).toEqual(['a', 'b']);
    expect(list.hasMore()).toBe(false);

    get.mockClear();
    list.reload();
    expect(await settled()).toEqual(['a', 'b']);
    expect(get).toHaveBeenCalledTimes(2);
  });

  it('keeps what it has when a further page fails, and says so', async () => {
    get.mockResolvedValueOnce(page(['a'], 'x'));
    list.filter.set({ status: 'active', userId: null, clientId: null });
    await settled();
    get.mockRejectedValueOnce(new Error('down'));
    await list.more();
    expect(await settled()).toEqual(['a']);
    expect(list.moreFailed()).toBe(true);
  });
});
