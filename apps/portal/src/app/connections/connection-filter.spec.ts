import { describe, expect, it } from '@jest/globals';
import { filterFrom, inWords } from './connection-filter';

const USER = '7b0f3c2e-3c1f-4c3c-9d5a-0a4f0d9f6b11';
const names = { list: 'the.list', person: 'Anna Bäcker', app: 'Belegscanner' };

describe('a printed list of connections', () => {
  it('says which list, and its order', () => {
    expect(inWords(filterFrom({}, 'revoked', null), names)).toEqual([
      { label: 'connections.printed.list', text: 'the.list' },
      { label: 'connections.printed.order', text: 'connections.sort.endedLast' },
    ]);
  });

  it('says all that narrows it', () => {
    const address = {
      q: 'Öko',
      person: USER,
      app: 'belegscanner',
      health: 'unused',
      sort: 'client',
    };
    const words = inWords(filterFrom(address, 'active', null), names);
    expect(words.map(({ label, text, name }) => [label.split('.').pop(), name ?? text])).toEqual([
      ['list', 'the.list'],
      ['search', 'Öko'],
      ['person', 'Anna Bäcker'],
      ['app', 'Belegscanner'],
      ['health', 'connections.health.unused.text'],
      ['order', 'connections.sort.client'],
    ]);
  });

  it('says of a person without a name, and of an application that has gone, what is known', () => {
    const filter = filterFrom({ person: USER, app: 'gone-app' }, 'active', null);
    const words = inWords(filter, { list: 'the.list', person: null, app: undefined });
    expect(words.map(({ text, name }) => name ?? text)).toEqual([
      'the.list',
      'connections.filters.unknownPerson',
      'gone-app',
      'connections.sort.newest',
    ]);
  });
});
