import { beforeEach, describe, expect, it } from '@jest/globals';
import { ComponentFixture, TestBed } from '@angular/core/testing';
import { control, providePortal } from '../../testing/portal-testing';
import { DeclineForm } from './decline-form';

let fixture: ComponentFixture<DeclineForm>;
let declined: string[];
let cancelled: number;

beforeEach(async () => {
  TestBed.configureTestingModule({ providers: providePortal(['settings']) });
  fixture = TestBed.createComponent(DeclineForm);
  for (const [name, value] of Object.entries({
    fieldId: 'answer',
    label: 'Antwort',
    confirm: 'Anfrage ablehnen',
    maxLength: 300,
  })) {
    fixture.componentRef.setInput(name, value);
  }
  [declined, cancelled] = [[], 0];
  fixture.componentInstance.declined.subscribe((answer) => declined.push(answer));
  fixture.componentInstance.cancelled.subscribe(() => cancelled++);
  document.body.append(fixture.nativeElement as HTMLElement);
  await fixture.whenStable();
});

const area = () => (fixture.nativeElement as HTMLElement).querySelector('textarea')!;

describe('declining with a reason', () => {
  it('begins in the field', () => {
    expect(document.activeElement).toBe(area());
  });

  it('sends the words on one line, and nothing where only white space has been typed', () => {
    area().value = '  Erst\nab   Januar. ';
    control(fixture, 'Anfrage ablehnen')?.click();
    area().value = ' \n ';
    control(fixture, 'Anfrage ablehnen')?.click();
    expect(declined).toEqual(['Erst ab Januar.', '']);
  });

  it('is given up with Escape', () => {
    area().dispatchEvent(new KeyboardEvent('keydown', { key: 'Escape', bubbles: true }));
    expect([declined, cancelled]).toEqual([[], 1]);
  });

  it('says which sentence tells what is wrong with the words', async () => {
    fixture.componentRef.setInput('errorId', 'failed-1');
    await fixture.whenStable();
    expect(area().getAttribute('aria-describedby')).toBe('failed-1');
    expect(area().getAttribute('aria-invalid')).toBe('true');
  });
});
