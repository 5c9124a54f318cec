import { beforeEach, describe, expect, it, jest } from '@jest/globals';
import { ComponentFixture, TestBed } from '@angular/core/testing';
import { control, providePortal, shown, textOf } from '../../testing/portal-testing';
import { sampleClient } from '../../testing/sample-client';
import { Api } from '../api/api';
import { ClientDoctor } from './client-doctor';

const get = jest.fn<() => Promise<unknown>>();

async function diagnosed(latest: { requests: number; failures: number }) {
  get.mockResolvedValue({
    resource: { examinedAt: '2026-11-26T08:00:00.000Z', findings: [], latest },
  });
  const fixture: ComponentFixture<ClientDoctor> = TestBed.createComponent(ClientDoctor);
  fixture.componentRef.setInput('path', '/clients/1');
  fixture.componentRef.setInput('client', sampleClient());
  await shown(fixture, () => textOf(fixture).includes('Geprüft'));
  return fixture;
}

beforeEach(() => {
  get.mockReset();
  TestBed.configureTestingModule({
    providers: [...providePortal(['reports']), { provide: Api, useValue: { get } }],
  });
});

describe('a diagnosis that found nothing', () => {
  it('never says that requests are fine while recent ones failed: how many, and where they are', async () => {
    const fixture = await diagnosed({ requests: 40, failures: 3 });
    expect(textOf(fixture)).toContain('Letzte Anfragen: 40, davon gescheitert: 3.');
    expect(textOf(fixture)).not.toMatch(/Keine Probleme|keine der letzten Anfragen/);
    const asked = jest.fn();
    fixture.componentInstance.failures.subscribe(asked);
    control(fixture, 'Gescheiterte Anfragen anzeigen')?.click();
    expect(asked).toHaveBeenCalledTimes(1);
  });

  it('says so where none failed, and does not praise requests that nobody has sent', async () => {
    const sent = await diagnosed({ requests: 40, failures: 0 });
    expect(textOf(sent)).toContain('Keine Probleme');
    expect(textOf(sent)).toContain('keine der letzten Anfragen ist gescheitert');
    const unasked = await diagnosed({ requests: 0, failures: 0 });
    expect(textOf(unasked)).toContain('Keine Probleme');
    expect(textOf(unasked)).not.toContain('gescheitert');
  });

  it('is read out when the reader asked for it, not each time the client sends something', async () => {
    const fixture = await diagnosed({ requests: 1, failures: 0 });
    const said = () => (fixture.nativeElement as HTMLElement).querySelector('[role=status]');
    fixture.componentInstance.reload();
    await shown(fixture, () => get.mock.calls.length === 2);
    expect(said()).toBeNull();
    control(fixture, 'Erneut prüfen')?.click();
    await shown(fixture, () => get.mock.calls.length === 3);
    expect(said()?.textContent).toContain('Geprüft');
  });
});
