import { describe, expect, it } from '@jest/globals';
import { namesakesAmong } from './namesakes';

const person = (id: string, firstName: string, lastName: string) => ({ id, firstName, lastName });

describe('namesakes', () => {
  it('are different people of one name, and nobody who is listed twice', () => {
    const people = [
      person('1', 'Zoë', 'Ärger'),
      person('2', 'Uwe', 'User'),
      person('3', 'Uwe', 'User'),
      person('1', 'Zoë', 'Ärger'),
    ];
    expect([...namesakesAmong(people)]).toEqual(['2', '3']);
  });
});
