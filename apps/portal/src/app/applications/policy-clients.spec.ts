import { beforeEach, expect, it } from '@jest/globals';
import { ComponentFixture, TestBed } from '@angular/core/testing';
import { control, providePortal, shown } from '../../testing/portal-testing';
import { PolicyClient } from '../api/types';
import { PolicyClients } from './policy-clients';

const client = (id: string, more: Partial<PolicyClient> = {}): PolicyClient => ({
  id,
  clientId: id,
  name: `Anwendung ${id}`,
  kind: 'confidential',
  publisher: 'Bestandsblick GmbH',
  publisherVerified: false,
  logoUri: null,
  homepageUri: null,
  scopes: ['read'],
  allowed: false,
  refusal: 'not_selected',
  decision: null,
  decidedAt: null,
  decidedBy: null,
  advanceScope: null,
  advanceUsers: null,
  activeConnections: 0,
  ...more,
});

let fixture: ComponentFixture<PolicyClients>;

beforeEach(() => {
  document.body.replaceChildren();
  TestBed.configureTestingModule({ providers: providePortal(['applications', 'settings']) });
  fixture = TestBed.createComponent(PolicyClients);
  fixture.componentRef.setInput('clients', [client('a'), client('b')]);
  document.body.append(fixture.nativeElement as HTMLElement);
});

it('a decision leaves the focus with its application, whose buttons are others now', async () => {
  const allow = await shown(fixture, () => control(fixture, /Anwendung b.*erlauben/));
  allow.focus();
  allow.click();
  const allowed = client('b', { allowed: true, refusal: null, decision: 'allowed' });
  fixture.componentRef.setInput('clients', [client('a'), allowed]);
  await shown(fixture, () => document.activeElement?.textContent === 'Anwendung b');
  // Nobody who has gone on is fetched back.
  const other = control(fixture, /Anwendung a.*erlauben/);
  other?.focus();
  fixture.componentRef.setInput('clients', [client('a'), client('b')]);
  await fixture.whenStable();
  expect(document.activeElement).toBe(other);
});
