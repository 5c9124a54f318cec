import { beforeEach, describe, expect, it, jest } from '@jest/globals';
import { Type } from '@angular/core';
import { ComponentFixture, TestBed } from '@angular/core/testing';
import { By } from '@angular/platform-browser';
import { Navigation, Router } from '@angular/router';
import { control, providePortal, shown, textOf } from '../../testing/portal-testing';
import { sampleClient } from '../../testing/sample-client';
import { Api } from '../api/api';
import { unreachableError } from '../api/problem';
import { RegistryClient } from '../api/types';
import { RequestLog } from '../request-log/request-log';
import { Deletion } from '../ui/deletion';
import { ClientEnding } from './client-ending';
import { ClientPage } from './client-page';
import { ClientSecrets } from './client-secrets';
import { LogoUpload } from './logo-upload';

const get = jest.fn<(path: string) => Promise<unknown>>();
const CONNECTIONS = { activeConnections: 1, accounts: 1 };

let client: RegistryClient;
let fixture: ComponentFixture<ClientPage>;

const counted = () => get.mock.calls.filter(([path]) => path.endsWith('/connections')).length;
const part = <Part>(type: Type<Part>): Part =>
  fixture.debugElement.query(By.directive(type)).componentInstance as Part;

beforeEach(async () => {
  client = sampleClient();
  get.mockReset();
  get.mockImplementation((path) => {
    if (path.endsWith(client.id)) return Promise.resolve({ resource: client });
    if (path.endsWith('/connections')) return Promise.resolve({ resource: CONNECTIONS });
    if (path.endsWith('/oauth-scopes')) return Promise.resolve({ resource: { scopes: [] } });
    return Promise.reject(unreachableError());
  });
  TestBed.configureTestingModule({
    providers: [
      ...providePortal(['registry', 'reports', 'requests']),
      { provide: Api, useValue: { get } },
    ],
  });
  jest
    .spyOn(TestBed.inject(Router), 'currentNavigation')
    .mockReturnValue({ extras: { state: { list: { q: 'crm' } } } } as unknown as Navigation);
  fixture = TestBed.createComponent(ClientPage);
  fixture.componentRef.setInput('id', client.id);
  await shown(fixture, () => textOf(fixture).includes('Beendet 1 Verbindung'));
});

describe('the page of a registered application', () => {
  it('leads back to the list as it was narrowed, also after a reload', () => {
    const back = (fixture.nativeElement as HTMLElement).querySelector('a[fx-back]');
    expect(back?.getAttribute('href')).toBe('/settings/registry?q=crm');
  });

  it('counts its connections anew when it has been saved, not at each look at its secrets', async () => {
    const before = counted();
    const [secret] = client.secrets;
    part(ClientSecrets).changed.emit([{ ...secret!, lastUsedAt: '2026-11-26T08:00:00.000Z' }]);
    await fixture.whenStable();
    part(ClientSecrets).changed.emit([{ ...secret!, lastUsedAt: '2026-11-26T08:00:05.000Z' }]);
    await fixture.whenStable();
    expect(counted()).toBe(before);

    part(LogoUpload).changed.emit({ ...client, version: client.version + 1 });
    await fixture.whenStable();
    expect(counted()).toBe(before + 1);
  });

  it('offers to switch on, not off, what is off, and does not advise to switch it off', async () => {
    expect(textOf(fixture)).toContain('Abschalten oder löschen');
    part(ClientEnding).changed.emit({ ...client, version: client.version + 1, status: 'disabled' });
    await shown(fixture, () => textOf(fixture).includes('Einschalten oder löschen'));
    expect(textOf(fixture)).not.toMatch(/Abschalten|Beides beendet/);
    const ask = jest.spyOn(TestBed.inject(Deletion), 'ask').mockResolvedValue(false);
    control(fixture, 'Löschen …')?.click();
    const question = await ask.mock.calls[0]![0]();
    expect(question.points.map(({ text }) => text)).not.toContain('registry.delete.instead');
  });

  it('reads diagnosis and statistics again when its log has something new', async () => {
    const reads = () =>
      get.mock.calls.filter(([path]) => /\/(diagnosis|statistics\?days=30)$/.test(path)).length;
    expect(reads()).toBe(2);
    part(RequestLog).arrived.emit();
    await fixture.whenStable();
    expect(reads()).toBe(4);
  });
});
