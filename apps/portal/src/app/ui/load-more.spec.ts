import { beforeEach, describe, expect, it } from '@jest/globals';
import { ComponentFixture, TestBed } from '@angular/core/testing';
import { control, providePortal, shown, textOf } from '../../testing/portal-testing';
import { LoadMore } from './load-more';

let fixture: ComponentFixture<LoadMore>;

beforeEach(async () => {
  TestBed.configureTestingModule({ providers: providePortal(['settings']) });
  fixture = TestBed.createComponent(LoadMore);
  fixture.componentRef.setInput('label', 'Mehr laden');
  fixture.componentRef.setInput('loading', false);
  fixture.componentRef.setInput('failed', false);
  fixture.componentRef.setInput('failure', 'Das hat nicht geklappt.');
  await shown(fixture, () => control(fixture, 'Mehr laden'));
});

describe('the rest of a list', () => {
  it('is asked for by one button, which keeps the focus while it is on its way', async () => {
    document.body.append(fixture.nativeElement as HTMLElement);
    let asked = 0;
    fixture.componentInstance.more.subscribe(() => (asked += 1));
    const button = control(fixture, 'Mehr laden');
    button?.focus();
    button?.click();
    expect(asked).toBe(1);
    fixture.componentRef.setInput('loading', true);
    await shown(fixture, () => control(fixture, 'Wird geladen …'));
    expect(button?.getAttribute('aria-disabled')).toBe('true');
    expect(document.activeElement).toBe(button);
  });

  it('that could not be read is reported to screen readers, and can be asked for again', async () => {
    const alert = (fixture.nativeElement as HTMLElement).querySelector('[role=alert]');
    expect(alert?.textContent).toBe('');
    fixture.componentRef.setInput('failed', true);
    await shown(fixture, () => textOf(fixture).includes('Das hat nicht geklappt.'));
    expect(alert?.textContent).toContain('Das hat nicht geklappt.');
    expect(control(fixture, 'Mehr laden')).toBeDefined();
  });
});
