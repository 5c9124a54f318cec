import { beforeEach, expect, it, jest } from '@jest/globals';
import { TestBed } from '@angular/core/testing';
import { control, providePortal, shown, textOf } from '../../testing/portal-testing';
import { Api } from '../api/api';
import { errorFromAnswer } from '../api/problem';
import { ChangeRequest } from '../api/types';
import { Messages } from '../ui/messages';
import { ChangeRequestsPage } from './change-requests-page';

const get = jest.fn<(path: string) => Promise<unknown>>();
const patch = jest.fn<(path: string, body: unknown, options: unknown) => Promise<unknown>>();

const request = (version: number) =>
  ({
    id: 'r1',
    client: { id: 'c1', name: 'Bestandsblick', version, logoUri: null, publisher: 'B GmbH' },
    requestedBy: { id: 'u1', firstName: 'User', lastName: 'Musterhaus' },
    requestedAt: '2026-11-26T08:00:00.000Z',
    note: '',
    status: 'open',
    outdated: false,
    changes: { redirectUris: null, scopes: null },
  }) as unknown as ChangeRequest;
const list = (version: number) => ({ resources: [request(version)], meta: { total: 1 } });

const turn = () => new Promise((resolve) => setTimeout(resolve));

beforeEach(() => {
  jest.resetAllMocks();
  TestBed.configureTestingModule({
    providers: [
      ...providePortal(['registry', 'settings']),
      { provide: Api, useValue: { get, patch } },
      { provide: Messages, useValue: { show: () => undefined } },
    ],
  });
});

it('what has changed meanwhile is decided on only once it has been read again', async () => {
  get.mockResolvedValue(list(1));
  const fixture = TestBed.createComponent(ChangeRequestsPage);
  const accept = await shown(fixture, () => control(fixture, /^Annehmen/));
  let read = (_list: unknown): void => undefined;
  get.mockReturnValue(new Promise((resolve) => (read = resolve)));
  patch.mockRejectedValueOnce(errorFromAnswer(412, new Headers(), { code: 'precondition_failed' }));
  accept.click();
  // The page is not at rest while it reads.
  while (!textOf(fixture).includes('Es wurde nichts übernommen')) await turn();
  expect(accept.getAttribute('aria-disabled')).toBe('true');
  accept.click();
  expect(patch).toHaveBeenCalledTimes(1);

  read(list(2));
  await shown(fixture, () => accept.getAttribute('aria-disabled') === null);
  patch.mockResolvedValueOnce(null);
  accept.click();
  await fixture.whenStable();
  expect(patch.mock.calls[1]?.[2]).toEqual({ headers: { 'if-match': '"2"' } });
});
