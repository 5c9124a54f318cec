import { beforeEach, describe, expect, it, jest } from '@jest/globals';
import { ComponentFixture, TestBed } from '@angular/core/testing';
import { control, providePortal, shown, textOf } from '../../testing/portal-testing';
import { Api } from '../api/api';
import { ApiError } from '../api/problem';
import { DeveloperClientRead, developerClient } from './developer-client';
import { DeveloperClientMissing } from './developer-client-missing';

const get = jest.fn<(path: string) => Promise<unknown>>();
const failed = (status: number, code: string) =>
  new ApiError({ type: '', title: '', status, code } as never);

let found: DeveloperClientRead;
let fixture: ComponentFixture<DeveloperClientMissing>;

beforeEach(() => {
  get.mockReset();
  TestBed.configureTestingModule({
    providers: [...providePortal(['developer']), { provide: Api, useValue: { get } }],
  });
  found = TestBed.runInInjectionContext(() => developerClient(() => 'the id'));
  fixture = TestBed.createComponent(DeveloperClientMissing);
  fixture.componentRef.setInput('of', found);
});

describe('an application that is not there', () => {
  it('is unknown to whoever does not look after it', async () => {
    get.mockRejectedValue(failed(404, 'not_found'));
    await shown(fixture, () => textOf(fixture).includes('Anwendung nicht gefunden'));
    expect(control(fixture, /./)).toBeUndefined();
  });

  it('is loaded again where it did not come', async () => {
    get.mockRejectedValueOnce(failed(503, 'service_unavailable'));
    const again = await shown(fixture, () => control(fixture, 'Erneut versuchen'));
    get.mockResolvedValueOnce({ resource: { id: 'the id' } });
    again.click();
    await shown(fixture, () => found.client());
    expect(get.mock.calls.map(([path]) => path)).toEqual(
      Array(2).fill('/user/v7/developer/oauth-clients/the%20id'),
    );
  });
});

it('an application that has come stays when a later reload fails', async () => {
  get.mockResolvedValueOnce({ resource: { id: 'the id' } });
  await shown(fixture, () => found.client());
  get.mockRejectedValueOnce(failed(404, 'not_found'));
  found.read.reload();
  await shown(fixture, () => found.read.error());
  expect(found.client()).toEqual({ id: 'the id' });
  expect([found.error(), found.notFound()]).toEqual([undefined, false]);
});
