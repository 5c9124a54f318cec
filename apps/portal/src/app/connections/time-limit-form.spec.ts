import { beforeEach, describe, expect, it } from '@jest/globals';
import { ComponentFixture, TestBed } from '@angular/core/testing';
import { providePortal, shown } from '../../testing/portal-testing';
import { ConnectionDetail } from '../api/types';
import { TimeLimitForm } from './time-limit-form';
import { TimeLimits } from './time-limits';

const UNLIMITED = { id: 'c', expiresAt: null } as ConnectionDetail;

describe('the time that is chosen for a connection', () => {
  let fixture: ComponentFixture<TimeLimitForm>;
  let sent: (string | null)[];
  /** null: it holds */
  let trouble: string | null;

  const host = () => fixture.nativeElement as HTMLElement;
  const button = () => host().querySelector('button') as HTMLButtonElement;
  const chosen = () => host().querySelector('select')?.selectedOptions[0]?.textContent?.trim();
  const canBeSent = () => button().getAttribute('aria-disabled') === null;

  function choose(text: string): void {
    const field = host().querySelector('select') as HTMLSelectElement;
    const texts = [...field.options].map(({ textContent }) => textContent);
    field.selectedIndex = texts.findIndex((each) => each?.includes(text));
    field.dispatchEvent(new Event('change'));
  }

  beforeEach(async () => {
    sent = [];
    trouble = null;
    const set = (_: unknown, expiresAt: string | null) => {
      sent.push(expiresAt);
      return Promise.resolve(trouble);
    };
    TestBed.configureTestingModule({
      providers: [
        ...providePortal(['connections']),
        { provide: TimeLimits, useValue: { set } satisfies Pick<TimeLimits, 'set'> },
      ],
    });
    fixture = TestBed.createComponent(TimeLimitForm);
    fixture.componentRef.setInput('connection', UNLIMITED);
    fixture.componentRef.setInput('own', true);
    await shown(fixture, () => chosen() === 'Unbefristet');
  });

  it('stays chosen, and can be sent, when the connection is read again', async () => {
    choose('90 Tage');
    await shown(fixture, canBeSent);
    fixture.componentRef.setInput('connection', { ...UNLIMITED });
    await fixture.whenStable();
    expect(chosen()).toContain('90 Tage');
    expect(canBeSent()).toBe(true);
  });

  it('is what holds once it is sent, and what is chosen next is not lost when it is read', async () => {
    choose('1 Jahr');
    await shown(fixture, canBeSent);
    button().click();
    await shown(fixture, () => chosen()?.startsWith('Wie bisher') === true);
    expect(canBeSent()).toBe(false);
    choose('Unbefristet');
    await shown(fixture, canBeSent);
    const [expiresAt] = sent;
    fixture.componentRef.setInput('connection', { ...UNLIMITED, expiresAt });
    await fixture.whenStable();
    expect(chosen()).toBe('Unbefristet');
    expect(canBeSent()).toBe(true);
  });

  it('is not called failed where no answer has come, and nothing is said once it is seen to hold', async () => {
    trouble = 'connections.limit.unreachable';
    choose('30 Tage');
    await shown(fixture, canBeSent);
    button().click();
    const alert = () => host().querySelector('[role=alert]')?.textContent;
    await shown(fixture, () => alert()?.includes('wissen wir nicht'));
    const [expiresAt] = sent;
    fixture.componentRef.setInput('connection', { ...UNLIMITED, expiresAt });
    await shown(fixture, () => alert() === undefined);
  });

  it('of somebody else can only be brought forward, which is said, and keeps the focus at the last one', async () => {
    fixture.componentRef.setInput('own', false);
    await shown(fixture, () => host().textContent?.includes('nur vorziehen') === true);
    choose('30 Tage');
    await shown(fixture, canBeSent);
    button().click();
    await shown(fixture, () => host().querySelector('form') === null);
    expect(document.activeElement?.textContent).toContain('nur vorziehen');
  });
});
