import { describe, expect, it } from '@jest/globals';
import { isSameData } from './same-data';

describe('two pieces of data', () => {
  it.each<[what: string, one: unknown, other: unknown]>([
    ['equal values', 'read', 'read'],
    ['nothing', undefined, undefined],
    ['equal lists', ['a', 'b'], ['a', 'b']],
    ['equal objects in depth', { a: { b: [{ c: null }] } }, { a: { b: [{ c: null }] } }],
    ['keys in another order', { a: 1, b: 2 }, { b: 2, a: 1 }],
    ['a key without a value', { a: 1, b: undefined }, { a: 1 }],
  ])('say the same: %s', (_, one, other) => {
    expect([isSameData(one, other), isSameData(other, one)]).toEqual([true, true]);
  });

  it.each<[what: string, one: unknown, other: unknown]>([
    ['other values', 'read', 'write'],
    ['a number and its digits', 1, '1'],
    ['null and nothing', null, undefined],
    ['null and an object', null, {}],
    ['items in another order', ['a', 'b'], ['b', 'a']],
    ['a longer list', ['a'], ['a', 'b']],
    ['another value in depth', { a: { b: [{ c: null }] } }, { a: { b: [{ c: 0 }] } }],
    ['a further key', { a: 1 }, { a: 1, b: null }],
    ['an empty list and an empty object', [], {}],
  ])('differ: %s', (_, one, other) => {
    expect([isSameData(one, other), isSameData(other, one)]).toEqual([false, false]);
  });
});
