import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { ComponentFixture, TestBed } from '@angular/core/testing';
import { control, providePortal, shown } from '../../testing/portal-testing';
import { Pick, Picks } from './picks';

let fixture: ComponentFixture<Picks>;
let emptied: number;

const host = () => fixture.nativeElement as HTMLElement;
const focused = () => document.activeElement?.getAttribute('aria-label');

async function remove(name: string): Promise<void> {
  control(fixture, `${name} entfernen`)!.click();
  await fixture.whenStable();
}

beforeEach(async () => {
  let items: Pick[] = ['Alpha', 'Beta', 'Gamma'].map((name) => ({ id: name, name }));
  TestBed.configureTestingModule({ providers: providePortal(['registry']) });
  fixture = TestBed.createComponent(Picks);
  emptied = 0;
  fixture.componentRef.setInput('items', items);
  fixture.componentRef.setInput('label', 'Unternehmen');
  fixture.componentRef.setInput('removeLabel', 'registry.field.accountIds.remove');
  fixture.componentInstance.lastRemoved.subscribe(() => emptied++);
  fixture.componentInstance.removed.subscribe((id) => {
    items = items.filter((item) => item.id !== id);
    fixture.componentRef.setInput('items', items);
  });
  document.body.append(host());
  await shown(fixture, () => control(fixture, 'Alpha entfernen'));
});

afterEach(() => host().remove());

describe('what has been picked', () => {
  it('gives the focus to the one that takes the place of the removed one', async () => {
    await remove('Beta');
    expect(focused()).toBe('Gamma entfernen');
    await remove('Gamma');
    expect(focused()).toBe('Alpha entfernen');
  });

  it('says when nothing is left that could have the focus, and takes no room', async () => {
    for (const name of ['Alpha', 'Beta', 'Gamma']) await remove(name);
    expect(emptied).toBe(1);
    expect(host().childElementCount).toBe(0);
  });
});
