import { signal } from '@angular/core';
import { beforeEach, describe, expect, it } from '@jest/globals';
import { Connection } from '../api/types';
import { ConnectionSelection } from './connection-selection';

const rows = (...ids: string[]) => ids.map((id) => ({ id }) as Connection);

const filter = signal('all');
const listed = signal<Connection[] | undefined>(undefined);
let selection: ConnectionSelection;
const chosen = () => selection.chosen().map(({ id }) => id);

beforeEach(() => {
  filter.set('all');
  listed.set(rows('a', 'b', 'c'));
  selection = new ConnectionSelection(filter, listed);
});

describe('the chosen rows of a list', () => {
  it('are none of those that are no longer listed', () => {
    selection.toggle('b');
    selection.toggle('c');
    listed.set(rows('a', 'b'));
    expect(chosen()).toEqual(['b']);
    expect(selection.all()).toBe(false);
  });

  it('are all or none at once, and never all of nothing', () => {
    selection.toggle('a');
    selection.toggleAll();
    expect([chosen(), selection.all()]).toEqual([['a', 'b', 'c'], true]);
    selection.toggleAll();
    expect([chosen(), selection.all()]).toEqual([[], false]);
    listed.set(undefined);
    expect(selection.all()).toBe(false);
  });

  it('are also those that come later where the whole has been chosen, until one is taken out', () => {
    selection.toggleAll();
    selection.whole.set(true);
    listed.set(rows('a', 'b', 'c', 'd'));
    expect([chosen(), selection.has('e')]).toEqual([['a', 'b', 'c', 'd'], true]);
    selection.toggle('b');
    expect([chosen(), selection.whole(), selection.has('e')]).toEqual([
      ['a', 'c', 'd'],
      false,
      false,
    ]);
    selection.whole.set(true);
    filter.set('others');
    expect([chosen(), selection.whole()]).toEqual([[], false]);
  });

  it('are none under another filter', () => {
    selection.toggle('a');
    filter.set('mine');
    expect(chosen()).toEqual([]);
    expect(selection.has('a')).toBe(false);
  });
});
