import { beforeEach, describe, expect, it } from '@jest/globals';
import { signal } from '@angular/core';
import { ComponentFixture, TestBed } from '@angular/core/testing';
import { KNOWN_SCOPES } from '../../testing/known-scopes';
import { providePortal, shown } from '../../testing/portal-testing';
import { KnownScopes } from '../scopes/known-scopes';
import { ChangeLines } from './change-lines';

let fixture: ComponentFixture<ChangeLines>;

beforeEach(() => {
  const known = { table: signal(KNOWN_SCOPES), loading: signal(false) };
  TestBed.configureTestingModule({
    providers: [...providePortal(['registry']), { provide: KnownScopes, useValue: known }],
  });
  fixture = TestBed.createComponent(ChangeLines);
});

async function linesOf(changes: Record<'redirectUris' | 'scopes', string[][] | null>) {
  const change = (pair: string[][] | null) => pair && { from: pair[0], to: pair[1] };
  fixture.componentRef.setInput('changes', {
    redirectUris: change(changes.redirectUris),
    scopes: change(changes.scopes),
  });
  const lines = () =>
    [...(fixture.nativeElement as HTMLElement).querySelectorAll('.field li')].map(
      ({ textContent }) => (textContent ?? '').replace(/\s+/g, ' ').trim(),
    );
  return shown(fixture, () => lines().length > 0 && lines());
}

describe('what a change request would change', () => {
  it('calls each scope by its name, whatever its identifier looks like', async () => {
    const lines = await linesOf({
      redirectUris: null,
      scopes: [['read'], ['read', 'checks:delete']],
    });
    expect(lines).toEqual(['neu Löschen checks:delete', 'bleibt Nur ansehen read']);
  });

  it('shows an address as it is, and whether its host is new', async () => {
    const from = ['https://crm.example/callback'];
    const to = ['https://crm.example/callback', 'https://other.example/callback'];
    const lines = await linesOf({ redirectUris: [from, to], scopes: null });
    expect(lines[0]).toContain('https://other.example/callback');
    expect(lines[0]).toContain('Neuer Host');
    expect(lines[1]).toMatch(/https:\/\/crm\.example\/callback$/);
  });
});
