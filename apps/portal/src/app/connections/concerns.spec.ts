import { describe, expect, it } from '@jest/globals';
import { Connection } from '../api/types';
import { aftermathOf, concernsOf } from './concerns';
import { EndTarget } from './end-connections';

const connection = (app: string, person: string, email = person): Connection =>
  ({
    namesake: email !== person,
    client: { clientId: app, name: app },
    grantedBy: { id: email, email: `${email}@musterhaus.example`, firstName: person, lastName: '' },
  }) as Connection;

describe('the question whether chosen connections should end', () => {
  it('names each application and each person once, in order', () => {
    const connections = [
      connection('Terminbrücke', 'Bert'),
      connection('Belegscanner', 'Anna'),
      connection('Belegscanner', 'Bert'),
    ];
    expect(concernsOf({ kind: 'some', connections }, null, 'Anna')).toEqual([
      { text: 'connections.end.concerns.apps', names: ['Belegscanner', 'Terminbrücke'], others: 0 },
      { text: 'connections.end.concerns.people', names: ['Anna', 'Bert'], others: 0 },
    ]);
  });

  it('names no person where all are the reader’s own', () => {
    const connections = [connection('Terminbrücke', 'Anna'), connection('Belegscanner', 'Anna')];
    expect(concernsOf({ kind: 'some', connections }, null, 'Anna')).toEqual([
      { text: 'connections.end.concerns.apps', names: ['Belegscanner', 'Terminbrücke'], others: 0 },
    ]);
  });

  it('tells two people of one name apart', () => {
    const connections = [
      connection('Belegscanner', 'Anna', 'anna1'),
      connection('Belegscanner', 'Anna', 'anna2'),
    ];
    expect(concernsOf({ kind: 'some', connections }, null, 'me')).toEqual([
      { text: 'connections.end.concerns.app', names: ['Belegscanner'], others: 0 },
      {
        text: 'connections.end.concerns.people',
        names: ['Anna (anna1@musterhaus.example)', 'Anna (anna2@musterhaus.example)'],
        others: 0,
      },
    ]);
  });

  it('names three at most, and a fourth where it is the last', () => {
    const people = (count: number) =>
      concernsOf(
        {
          kind: 'some',
          connections: Array.from({ length: count }, (_, n) =>
            connection('Belegscanner', `Person ${n}`),
          ),
        },
        null,
        'me',
      )[1];
    expect(people(4)).toMatchObject({
      names: ['Person 0', 'Person 1', 'Person 2', 'Person 3'],
      others: 0,
    });
    expect(people(7)).toMatchObject({ names: ['Person 0', 'Person 1', 'Person 2'], others: 4 });
  });

  it('counts all of a person or an application, also those that have not been read', () => {
    const names = Array.from({ length: 100 }, (_, n) => `Person ${n}`);
    expect(
      concernsOf(
        { kind: 'app', clientId: 'belegscanner', appName: 'Belegscanner' },
        { count: 240, names },
        'me',
      ),
    ).toEqual([
      {
        text: 'connections.end.concerns.text',
        names: ['Person 0', 'Person 1', 'Person 2'],
        others: 237,
      },
    ]);
  });
});

describe('what stays after connections have ended, and how to connect again,', () => {
  const some = (...connections: Connection[]) => ({ kind: 'some' as const, connections });
  const one = { kind: 'one' as const, connectionId: 'c', clientId: 'a', appName: 'A', owner: null };
  const anna = connection('Belegscanner', 'Anna').grantedBy;

  it.each([
    ['one’s own', one, 'Text', 'againOwn'],
    ['a colleague’s', { ...one, owner: anna }, 'Text', 'again'],
    [
      'several to one application',
      some(connection('Belegscanner', 'Anna'), connection('Belegscanner', 'Bert')),
      'Text',
      'again',
    ],
    [
      'several to several',
      some(connection('Belegscanner', 'Anna'), connection('Terminbrücke', 'Bert')),
      'TextMany',
      'againMany',
    ],
    [
      'one’s own to several',
      some(connection('Belegscanner', 'Anna'), connection('Terminbrücke', 'Anna')),
      'TextMany',
      'againManyOwn',
    ],
    [
      'all of a colleague',
      { kind: 'person' as const, person: connection('', 'Bert').grantedBy },
      'TextMany',
      'againMany',
    ],
    [
      'all to one application',
      { kind: 'app' as const, clientId: 'a', appName: 'A' },
      'Text',
      'again',
    ],
  ])('speaks of %s', (_, target, stays, again) => {
    expect(aftermathOf(target as EndTarget, 'Anna')).toEqual({
      stays: `connections.end.stays${stays}`,
      again: `connections.end.${again}`,
    });
  });
});
