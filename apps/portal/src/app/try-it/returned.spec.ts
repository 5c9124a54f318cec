import { describe, expect, it } from '@jest/globals';
import { readReturned } from './returned';

const KNOWN = (state: string | null) => state === 'the-state';
const at = (query: string) => `https://bestandsblick.example/callback?${query}`;

describe('what the browser came back with', () => {
  it('is a code in an address, in its query or alone', () => {
    const full = { kind: 'code', code: 'abc', state: 'the-state' };
    const query = 'code=abc&state=the-state&iss=https%3A%2F%2Ff.example';
    expect(readReturned(` ${at(query)}#x `, KNOWN)).toEqual(full);
    expect(readReturned(`?${query}`, KNOWN)).toEqual(full);
    expect(readReturned('abc', KNOWN)).toMatchObject({ kind: 'code', code: 'abc', state: null });
  });

  it('is refused with the state of another link, or with none (RFC 6749 §10.12)', () => {
    expect(readReturned(at('code=abc&state=other'), KNOWN)).toEqual({ kind: 'other_state' });
    expect(readReturned(at('code=abc'), KNOWN)).toEqual({ kind: 'other_state' });
    expect(readReturned(at('error=x&state=other'), KNOWN)).toEqual({ kind: 'other_state' });
  });

  it('may be an error, or nothing of use', () => {
    expect(readReturned(at('error=access_denied&state=the-state'), KNOWN)).toEqual({
      kind: 'error',
      error: 'access_denied',
      description: null,
    });
    for (const text of ['', at(''), 'https://bestandsblick.example/callback']) {
      expect(readReturned(text, KNOWN)).toEqual({ kind: 'nothing' });
    }
  });
});
