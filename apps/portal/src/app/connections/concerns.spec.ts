import { describe, expect, it } from '@jest/globals';
import { Connection } from '../api/types';
import { concernsOf } from './concerns';

const connection = (app: string, person: string, email = person): Connection =>
  ({
    namesake: email !== person,
    client: { name: app },
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
      { text: 'connections.end.concerns.apps', names: ['Belegscanner', 'Terminbrücke'] },
      { text: 'connections.end.concerns.people', names: ['Anna', 'Bert'] },
    ]);
  });

  it('names no person where all are the reader’s own', () => {
    const connections = [connection('Terminbrücke', 'Anna'), connection('Belegscanner', 'Anna')];
    expect(concernsOf({ kind: 'some', connections }, null, 'Anna')).toEqual([
      { text: 'connections.end.concerns.apps', names: ['Belegscanner', 'Terminbrücke'] },
    ]);
  });

  it('tells two people of one name apart', () => {
    const connections = [
      connection('Belegscanner', 'Anna', 'anna1'),
      connection('Belegscanner', 'Anna', 'anna2'),
    ];
    expect(concernsOf({ kind: 'some', connections }, null, 'me')).toEqual([
      { text: 'connections.end.concerns.app', names: ['Belegscanner'] },
      {
        text: 'connections.end.concerns.people',
        names: ['Anna (anna1@musterhaus.example)', 'Anna (anna2@musterhaus.example)'],
      },
    ]);
  });
});
