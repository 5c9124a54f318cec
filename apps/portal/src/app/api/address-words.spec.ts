import { describe, expect, it } from '@jest/globals';
import { clientIdFrom, idFrom, searchFrom } from './address-words';

describe('what an address says of a list', () => {
  it('is searched for without signs that no name can hold', () => {
    expect(searchFrom(' M\0üller ')).toBe('Müller');
    expect(searchFrom('\0')).toBeNull();
    expect(searchFrom('a\ud83d')).toBe('a');
    expect(searchFrom('😀')).toBe('😀');
    expect(searchFrom(undefined)).toBeNull();
  });

  it('is no longer than what the API searches for, and never cut within a sign', () => {
    expect(searchFrom('x'.repeat(300))).toHaveLength(100);
    expect(searchFrom(`${'x'.repeat(99)}😀`)).toBe('x'.repeat(99));
  });

  it('names a person by an id, or nobody', () => {
    const id = '0b8f6f8e-4a6b-4c55-9d0c-7d8b1c0c3a11';
    expect(idFrom(id)).toBe(id);
    for (const junk of ['junk', `${id}x`, '', undefined, "' OR 1=1"]) {
      expect(idFrom(junk)).toBeNull();
    }
    expect([clientIdFrom('maklerwelt-crm'), clientIdFrom('a b')]).toEqual(['maklerwelt-crm', null]);
  });
});
