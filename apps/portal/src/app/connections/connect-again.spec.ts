import { beforeEach, describe, expect, it, jest } from '@jest/globals';
import { ComponentFixture, TestBed } from '@angular/core/testing';
import { KNOWN_SCOPES } from '../../testing/known-scopes';
import { control, providePortal, shown, textOf } from '../../testing/portal-testing';
import { Api } from '../api/api';
import { AvailableClient } from '../api/types';
import { SessionStore } from '../session/session-store';
import { ConnectAgain } from './connect-again';

const client = {
  clientId: 'crm',
  name: 'Maklerwelt CRM',
  scopes: ['read'],
  startUri: null,
  authorizable: false,
  connectionId: 'c1',
} as Partial<AvailableClient>;

let offered: object[];
let isAdmin: boolean;
let forbidden: object[];
const get = jest.fn((path: string) =>
  Promise.resolve({
    resource: { scopes: KNOWN_SCOPES },
    resources: path.includes('allowed=false') ? forbidden : offered,
    meta: {},
  }),
);

beforeEach(() => {
  offered = [];
  isAdmin = false;
  forbidden = [];
  TestBed.configureTestingModule({
    providers: [
      ...providePortal(['connections']),
      { provide: Api, useValue: { get } },
      { provide: SessionStore, useValue: { isAdmin: () => isAdmin } },
    ],
  });
});

function open(health: string): ComponentFixture<ConnectAgain> {
  const fixture = TestBed.createComponent(ConnectAgain);
  fixture.componentRef.setInput('connection', {
    health,
    client: { clientId: 'crm', name: 'Maklerwelt CRM', homepageUri: 'https://maklerwelt.example' },
  });
  return fixture;
}

describe('a connection that cannot go on', () => {
  it('is connected anew in the application, where it has no address to start at', async () => {
    offered = [client];
    const fixture = open('refresh_refused');
    await shown(fixture, () => textOf(fixture).includes('Öffnen Sie Maklerwelt CRM'));
    expect(control(fixture, /^Zur Website/)?.getAttribute('href')).toContain('maklerwelt.example');
  });

  it('says the same where the application is not listed', async () => {
    const fixture = open('refresh_refused');
    await shown(fixture, () => textOf(fixture).includes('Öffnen Sie Maklerwelt CRM'));
  });

  it('starts where the application has an address for it', async () => {
    offered = [{ ...client, startUri: 'https://maklerwelt.example/connect' }];
    const fixture = open('refresh_refused');
    const link = await shown(fixture, () => control(fixture, 'Neu verbinden: Maklerwelt CRM'));
    expect(link.getAttribute('href')).toBe('https://maklerwelt.example/connect');
  });

  it('leads to where the company is asked, where it does not allow the application any more', async () => {
    forbidden = [{ ...client, authorizable: true }];
    const fixture = open('refresh_refused');
    const link = await shown(fixture, () => control(fixture, 'Freigabe anfragen: Maklerwelt CRM'));
    expect(link.getAttribute('href')).toContain('/oauth/authorize?clientId=crm');
    expect(textOf(fixture)).toContain('Ihr Unternehmen erlaubt diese Anwendung nicht mehr.');
    expect(textOf(fixture)).not.toContain('Öffnen Sie');
  });
});

describe('a connection of an admin that cannot go on', () => {
  it('leads to where the admin decides, where the company does not allow it any more', async () => {
    isAdmin = true;
    forbidden = [client];
    const fixture = open('refresh_refused');
    const link = await shown(fixture, () => control(fixture, 'Anwendungen verwalten'));
    expect(link.getAttribute('href')).toBe('/settings/applications');
  });
});

describe('a connection that has ended', () => {
  it('says what to do where the application is not offered', async () => {
    const fixture = open('ended');
    await shown(fixture, () => textOf(fixture).includes('eine fehlende Freigabe anfragen'));
  });

  it('leads to the one that has been opened since', async () => {
    offered = [client];
    const fixture = open('ended');
    const link = await shown(fixture, () => control(fixture, 'Zur aktiven Verbindung'));
    expect(link.getAttribute('href')).toBe('/settings/connections/c1');
  });
});
