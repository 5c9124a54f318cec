import { describe, expect, it } from '@jest/globals';
import { matches } from './people-search';

const person = {
  id: '1',
  firstName: 'Zoë',
  lastName: 'Müller-Weiß',
  email: 'z.mueller@musterhaus.example',
};

describe('the search for a person', () => {
  it.each([
    '',
    'zoe',
    'ZOË',
    'müll',
    'muller',
    'mueller-weiss',
    'weiß',
    '  weiss   zoe ',
    'musterhaus',
    'z.mueller@musterhaus.example',
  ])('finds her by “%s”', (search) => {
    expect(matches(person, search)).toBe(true);
  });

  it.each(['maier', 'zoe maier', 'zoemüller'])('does not find her by “%s”', (search) => {
    expect(matches(person, search)).toBe(false);
  });

  it('finds names whose accents are written as separate characters', () => {
    const decomposed = { ...person, lastName: 'Mu\u0308ller' };
    expect(matches(decomposed, 'mueller')).toBe(true);
    expect(matches({ ...decomposed, email: '' }, 'mueller')).toBe(true);
  });
});
