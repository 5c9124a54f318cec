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

  it.each(['Nora Neu', 'nora@neu.example uwe@neu.example', 'nora@', '@neu.example', 'a@@b'])(
    '“%s” is nobody',
    (text) => {
      expect(invitedPeople(text)).toEqual([{ line: 1, text, person: null }]);
    },
  );

  it.each([
    ['a@x.example; b@x.example, c@x.example', [['a@x.example'], ['b@x.example'], ['c@x.example']]],
    [
      'Nora Neu <nora@x.example>; "Müller, Bernd" <bernd@x.example>;',
      [
        ['nora@x.example', 'Nora', 'Neu'],
        ['bernd@x.example', 'Bernd', 'Müller'],
      ],
    ],
    [
      'Nora Neu <nora@x.example>, Müller, Bernd <bernd@x.example>',
      [
        ['nora@x.example', 'Nora', 'Neu'],
        ['bernd@x.example', 'Bernd', 'Müller'],
      ],
    ],
  ])('“%s” is several people, as a mail’s recipients stand there', (text, people) => {
    expect(
      invitedPeople(text).map(({ line, person }) => [
        line,
        person?.email,
        person?.firstName,
        person?.lastName,
      ]),
    ).toEqual(people.map(([email, first = '', last = '']) => [1, email, first, last]));
  });

  it('names of several in a line the one that is wrong', () => {
    const people = invitedPeople('a@x.example; Nora Neu; b@x.example');
    expect(people.filter(({ person }) => !person).map(({ text }) => text)).toEqual(['Nora Neu']);
  });

  it.each([
    ['kaputt@, c@z.example', 'kaputt@', ['c@z.example']],
    ['a@x.example, Nora <kaputt@>, c@z.example', 'Nora <kaputt@>', ['a@x.example', 'c@z.example']],
    ['@firma.example, c@z.example', '@firma.example', ['c@z.example']],
  ])('in “%s”, “%s” alone is wrong', (text, wrong, right) => {
    const people = invitedPeople(text);
    expect(people.filter(({ person }) => !person).map((entry) => entry.text)).toEqual([wrong]);
    expect(people.flatMap(({ person }) => person?.email ?? [])).toEqual(right);
  });

  it('counts its lines as they stand, and skips those that are empty', () => {
    const lines = invitedPeople('a@neu.example\r\n\r\n   \nb@neu.example\n');
    expect(lines.map(({ line, person }) => [line, person?.email])).toEqual([
      [1, 'a@neu.example'],
      [4, 'b@neu.example'],
    ]);
  });
});
