import { describe, expect, it } from '@jest/globals';
import { invitedPeople } from './invited-people';

describe('a pasted list of people', () => {
  it.each([
    ['nora@neu.example', ['nora@neu.example', '', '']],
    ['Nora Neu <nora@neu.example>', ['nora@neu.example', 'Nora', 'Neu']],
    ['"Anna Maria Neu" <nora@neu.example>;', ['nora@neu.example', 'Anna Maria', 'Neu']],
    ['Nora\tNeu\tnora@neu.example', ['nora@neu.example', 'Nora', 'Neu']],
    ['nora@neu.example, Nora, Neu', ['nora@neu.example', 'Nora', 'Neu']],
    ['Nora nora@neu.example', ['nora@neu.example', 'Nora', '']],
    ['"Müller, Bernd" <nora@neu.example>', ['nora@neu.example', 'Bernd', 'Müller']],
    [
      'Von der Heide, Anna Maria <nora@neu.example>;',
      ['nora@neu.example', 'Anna Maria', 'Von der Heide'],
    ],
    ['mailto:nora@neu.example', ['nora@neu.example', '', '']],
  ])('“%s” is one person', (text, [email, firstName, lastName]) => {
    expect(invitedPeople(text)).toEqual([
      { line: 1, text, person: { email, firstName, lastName } },
    ]);
  });

  it.each(['Nora Neu', 'nora@neu.example uwe@neu.example'])('“%s” is nobody', (text) => {
    expect(invitedPeople(text)).toEqual([{ line: 1, text, person: null }]);
  });

  it('counts its lines as they stand, and skips those that are empty', () => {
    const lines = invitedPeople('a@neu.example\r\n\r\n   \nb@neu.example\n');
    expect(lines.map(({ line, person }) => [line, person?.email])).toEqual([
      [1, 'a@neu.example'],
      [4, 'b@neu.example'],
    ]);
  });
});
