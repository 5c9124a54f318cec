import { describe, expect, it } from '@jest/globals';
import { SharedStatement } from './shared-statement.js';

interface Row {
  position: number;
  input: string;
}

/** A database that answers when the test says so; an input "nothing" changes no row. */
class FakePool {
  readonly sent: string[][] = [];
  readonly texts = new Map<string, string>();
  private readonly answers: ((error?: Error) => void)[] = [];

  query = (async (name: string, text: string, [values]: [string | string[]]) => {
    const inputs = [values].flat();
    this.sent.push(inputs);
    this.texts.set(name, text);
    await new Promise<void>((resolve, reject) => {
      this.answers.push((error) => (error ? reject(error) : resolve()));
    });
    return inputs
      .map((input, index): Row => ({ position: index + 1, input }))
      .filter(({ input }) => input !== 'nothing');
  }) as never;

  answer(error?: Error): void {
    this.answers.shift()?.(error);
  }
}

function statement(pool: FakePool, shared = true): SharedStatement<string, Row> {
  return new SharedStatement<string, Row>(pool, {
    name: 'test',
    text: (asked, plain) => `${plain ? 'plain' : 'in full'}: ${asked}`,
    columns: { input: ['text', (input) => input] },
    isPlain: (input) => input !== 'not plain',
    keyOf: (input) => Buffer.from(input),
    shared,
  });
}

const turn = () => new Promise((resolve) => setImmediate(resolve));

/** The first is under way; the others have arrived meanwhile. */
async function underWay(
  pool: FakePool,
  first: string,
  ...others: string[]
): Promise<Promise<Row | undefined>[]> {
  const tested = statement(pool);
  const answers = [tested.run(first)];
  await turn();
  answers.push(...others.map((input) => tested.run(input)));
  await turn();
  return answers;
}

const outcomes = (answers: Promise<Row | undefined>[]) =>
  Promise.all(
    answers.map((answer) =>
      answer.then(
        (row) => row?.input,
        (error: Error) => error.message,
      ),
    ),
  );

describe('requests that arrive while a statement is under way', () => {
  it('share the next one, and each gets its own row or none', async () => {
    const pool = new FakePool();
    const answers = await underWay(pool, 'a', 'd', 'nothing', 'b');
    expect(pool.sent).toEqual([['a']]);
    pool.answer();
    await answers[0];
    await turn();
    pool.answer();
    expect(await outcomes(answers)).toEqual(['a', 'd', undefined, 'b']);
    expect(pool.sent).toHaveLength(2);
  });

  it('are sent in the order of their keys, so that no two statements wait for each other', async () => {
    const pool = new FakePool();
    const answers = await underWay(pool, 'z', 'c', 'a', 'b');
    pool.answer();
    await answers[0];
    await turn();
    pool.answer();
    await outcomes(answers);
    expect(pool.sent[1]).toEqual(['a', 'b', 'c']);
  });

  it('do not wait for one that is held up by a lock', async () => {
    const pool = new FakePool();
    const answers = await underWay(pool, 'held', 'b');
    while (pool.sent.length < 2) await turn();
    expect(pool.sent).toEqual([['held'], ['b']]);
    pool.answer();
    pool.answer();
    await outcomes(answers);
  });

  it('do not fail with one among them whose input the database refuses', async () => {
    const pool = new FakePool();
    const answers = await underWay(pool, 'a', 'bad', 'good');
    pool.answer();
    await answers[0];
    await turn();
    pool.answer(new Error('invalid byte sequence'));
    while (pool.sent.length < 4) await turn();
    pool.answer(new Error('invalid byte sequence'));
    pool.answer();
    expect(await outcomes(answers)).toEqual(['a', 'invalid byte sequence', 'good']);
  });

  it('all fail when the database is away, and nothing is sent twice', async () => {
    const pool = new FakePool();
    const answers = await underWay(pool, 'a', 'b', 'c');
    pool.answer();
    await answers[0];
    await turn();
    pool.answer(Object.assign(new Error('away'), { code: 'ECONNRESET' }));
    expect(await outcomes(answers)).toEqual(['a', 'away', 'away']);
    expect(pool.sent).toHaveLength(2);
  });

  it('have statements of their own where sharing is off', async () => {
    const pool = new FakePool();
    const tested = statement(pool, false);
    const answers = ['a', 'b'].map((input) => tested.run(input));
    await turn();
    expect(pool.sent).toEqual([['a'], ['b']]);
    pool.answer();
    pool.answer();
    expect(await outcomes(answers)).toEqual(['a', 'b']);
  });
});

describe('a statement has no more than its inputs need', () => {
  it('one input is a row without arrays, several are columns', async () => {
    const pool = new FakePool();
    const answers = await underWay(pool, 'a', 'b', 'c');
    pool.answer();
    await answers[0];
    await turn();
    pool.answer();
    await outcomes(answers);
    expect(Object.fromEntries(pool.texts)).toEqual({
      test: 'plain: SELECT $1::text AS input, 1 AS position',
      tests: expect.stringMatching(
        /^plain: SELECT \* FROM unnest\(\$1::text\[\]\) WITH ORDINALITY\s+AS asked \(input, position\)$/,
      ),
    });
  });

  it('what only some need is there for all that share it with one of those', async () => {
    const pool = new FakePool();
    const answers = await underWay(pool, 'not plain', 'a', 'not plain', 'b');
    pool.answer();
    await answers[0];
    await turn();
    pool.answer();
    await outcomes(answers);
    expect([...pool.texts.keys()]).toEqual(['test_in_full', 'tests_in_full']);
    expect(pool.texts.get('tests_in_full')).toMatch(/^in full: /);
  });
});
