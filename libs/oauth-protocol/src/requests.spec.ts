import { describe, expect, it } from '@jest/globals';
import { parseBasicCredentials } from './basic-credentials.js';
import { toErrorDescription } from './oauth-error.js';
import { describeParameterProblem, readParameters } from './parameters.js';
import { isCodeVerifier, isS256Challenge, s256Challenge } from './pkce.js';
import { isOwnResource } from './resource-indicator.js';

const basic = (text: string) => `Basic ${Buffer.from(text).toString('base64')}`;

describe('Basic credentials (RFC 6749 §2.3.1, appendix B)', () => {
  it.each([
    ['plain', 'client:secret', { clientId: 'client', clientSecret: 'secret' }],
    ['encoded', 'cl%3Aient:s%25+%C3%BC', { clientId: 'cl:ient', clientSecret: 's% ü' }],
    ['with colons in the secret', 'client:a:b', { clientId: 'client', clientSecret: 'a:b' }],
    ['with an empty password', 'client:', { clientId: 'client', clientSecret: '' }],
  ])('reads them %s', (_, text, expected) => {
    expect(parseBasicCredentials(basic(text))).toEqual(expected);
  });

  it('reads them whatever the case of the scheme and the spaces around (RFC 9110 §11.1)', () => {
    const encoded = Buffer.from('client:secret').toString('base64');
    const expected = { clientId: 'client', clientSecret: 'secret' };
    expect(parseBasicCredentials(`  bASIC   ${encoded} `)).toEqual(expected);
  });

  it.each([
    ['without a colon', basic('client')],
    ['without a client', basic(':secret')],
    ['with a broken encoding', basic('client:%zz')],
    ['with a client of a broken encoding', basic('%zz:secret')],
    ['that are not base64', 'Basic ???'],
    ['that begin with something else', `Basic ?${Buffer.from('a:b').toString('base64')}`],
    ['that go on with something else', `Basic ${Buffer.from('a:b').toString('base64')}?`],
    ['that are empty', 'Basic'],
  ])('finds fault with those %s', (_, header) => {
    expect(parseBasicCredentials(header)).toBeNull();
  });

  it('leaves other schemes alone', () => {
    expect(parseBasicCredentials(undefined)).toBeUndefined();
    expect(parseBasicCredentials('Bearer x')).toBeUndefined();
    expect(parseBasicCredentials('Not-Basic eDp5')).toBeUndefined();
    expect(parseBasicCredentials('Basics eDp5')).toBeUndefined();
  });
});

describe('parameters (RFC 6749 §3.1, §3.2)', () => {
  const read = (input: unknown) => readParameters(input, ['code', 'resource'], ['resource']);

  it('takes the known ones and ignores the rest', () => {
    expect(read({ code: 'a', other: 'b' })).toEqual({ values: { code: 'a' }, problems: [] });
  });

  it('one without a value counts as omitted', () => {
    expect(read({ code: '' }).values).toEqual({});
    expect(read({ code: undefined })).toEqual({ values: {}, problems: [] });
  });

  it('has 4096 characters at most, where it is not one of any length', () => {
    const [longest, longer] = ['a'.repeat(4096), 'a'.repeat(4097)];
    expect(read({ code: longest })).toEqual({ values: { code: longest }, problems: [] });
    const unbounded = readParameters(
      { token: longer, code: longer },
      ['token', 'code'],
      [],
      ['token'],
    );
    expect(unbounded.values).toEqual({ token: longer });
    expect(unbounded.problems).toEqual([{ parameter: 'code', problem: 'too_long' }]);
  });

  it('each problem is described in words of its own', () => {
    const problems = ['repeated', 'not_a_string', 'invalid_characters', 'too_long'] as const;
    const words = problems.map((problem) =>
      describeParameterProblem({ parameter: 'code', problem }),
    );
    expect(new Set(words).size).toBe(problems.length);
  });

  it('one sent twice is a problem, also with the same value (CVE-2026-9689)', () => {
    expect(read({ code: ['a', 'a'] }).problems).toEqual([
      { parameter: 'code', problem: 'repeated' },
    ]);
  });

  it('resource may repeat (RFC 8707 §2)', () => {
    expect(read({ resource: ['https://a.example', 'https://b.example'] }).values).toEqual({
      resource: 'https://a.example https://b.example',
    });
    expect(read({ resource: ['', 'https://b.example'] }).values).toEqual({
      resource: 'https://b.example',
    });
    expect(read({ resource: ['', ''] })).toEqual({ values: {}, problems: [] });
    expect(read({ resource: ['https://a.example', 1] }).problems).toEqual([
      { parameter: 'resource', problem: 'repeated' },
    ]);
  });

  it('a value may be of any script and sign', () => {
    expect(read({ code: 'Müller 日本語 🦊\t' }).values).toEqual({ code: 'Müller 日本語 🦊\t' });
  });

  it.each([
    [1, 'not_a_string'],
    [{ toString: 'x' }, 'not_a_string'],
    [null, 'not_a_string'],
    ['a\0b', 'invalid_characters'],
    ['a\ud800', 'invalid_characters'],
    ['a'.repeat(5000), 'too_long'],
  ])('%j is a problem: %s', (code, problem) => {
    const [found] = read({ code }).problems;
    expect(found?.problem).toBe(problem);
    expect(found && describeParameterProblem(found)).toContain('code');
  });

  it('reads own properties only: a prototype is no input (CVE-2019-18413)', () => {
    expect(read(Object.create({ code: 'inherited' }))).toEqual({ values: {}, problems: [] });
    expect(read('code')).toEqual({ values: {}, problems: [] });
    expect(read(null)).toEqual({ values: {}, problems: [] });
    expect(read(undefined)).toEqual({ values: {}, problems: [] });
  });
});

describe('PKCE (RFC 7636)', () => {
  it('computes the challenge of appendix B', () => {
    expect(s256Challenge('dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk')).toBe(
      'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM',
    );
  });

  it('a verifier has 43 to 128 unreserved characters (CVE-2026-41213)', () => {
    expect(['a', 'a'.repeat(42), 'a'.repeat(129), `${'a'.repeat(43)}+`].some(isCodeVerifier)).toBe(
      false,
    );
    expect(['a'.repeat(43), `${'~._-'.repeat(32)}`].every(isCodeVerifier)).toBe(true);
  });

  it('a challenge has 43 characters without padding', () => {
    expect(isS256Challenge('E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM')).toBe(true);
    expect(isS256Challenge('E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM=')).toBe(false);
    expect(isS256Challenge('aE9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM')).toBe(false);
  });
});

describe('resource (RFC 8707)', () => {
  it.each([
    ['https://connect.example', true],
    ['https://connect.example/user/v7', true],
    ['https://connect.example https://connect.example/x', true],
    ['https://connect.example https://other.example', false],
    ['https://connect.example.evil.example', false],
    ['https://connect.example@evil.example', false],
    ['https://connect.example/#x', false],
    ['http://connect.example', false],
    ['https://CONNECT.example', false],
    ['https://connect.example?x=1', false],
  ])('%s: %s', (resource, own) => {
    expect(isOwnResource(resource, 'https://connect.example')).toBe(own);
  });
});

it('a description has only the characters that RFC 6749 §5.2 allows', () => {
  expect(toErrorDescription('say "yes" \\ über\r\n')).toBe("say 'yes' / ?ber??");
});
