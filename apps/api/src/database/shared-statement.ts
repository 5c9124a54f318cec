import type { StatementPool } from './statement-pool.js';
import { isDatabaseUnavailable } from './unavailable.js';

/** No statement has more rows: its answer would take so long that those behind it go ahead. */
const MAX_ROWS = 100;
/** One that takes longer waits for a lock, which must not hold up everybody behind it. */
const SLOW_MS = 25;

interface SharedStatementOptions<Input> {
  /** unique among all prepared statements */
  name: string;
  /** What a row of `asked` has: its SQL type, and what an input gives. */
  columns: Readonly<Record<string, readonly [type: string, of: (input: Input) => unknown]>>;
  /**
   * Returns rows whose `position` is that of the input which they answer. An input without a row has
   * done nothing.
   * @param asked SQL for the inputs, a row for each, with their `position` from 1 on
   * @param plain whether all inputs are: what only others need is left out, for a statement costs
   * also what it does not come to
   */
  text: (asked: string, plain: boolean) => string;
  isPlain: (input: Input) => boolean;
  /** The key of the row that an input changes: whoever locks several does it in the same order. */
  keyOf: (input: Input) => Buffer;
  /** false: each input has a statement of its own */
  shared: boolean;
}

interface Waiting<Input, Row> {
  input: Input;
  resolve: (row: Row | undefined) => void;
  reject: (error: unknown) => void;
}

/**
 * A statement that requests share: those that arrive while it is under way are the rows of the next
 * one. Each row is decided on its own, as if it had been alone, and all of them are committed
 * together before any is answered.
 */
export class SharedStatement<Input, Row extends { position: number }> {
  private waiting: Waiting<Input, Row>[] = [];
  private underWay = 0;
  private isDue = false;
  private readonly values: ((input: Input) => unknown)[];
  /** For one input and for several, plain and not. */
  private readonly statements = new Map<string, string>();

  constructor(
    private readonly pool: Pick<StatementPool, 'query'>,
    private readonly options: SharedStatementOptions<Input>,
  ) {
    const { columns, text } = options;
    this.values = Object.values(columns).map(([, of]) => of);
    for (const many of [true, false]) {
      const asked = many ? rowsOf(columns) : rowOf(columns);
      for (const plain of [true, false]) {
        this.statements.set(this.nameOf(many, plain), text(asked, plain));
      }
    }
  }

  /**
   * @returns the row that answers the input, after the commit; undefined where it has done nothing
   * @throws what the driver throws
   */
  run(input: Input): Promise<Row | undefined> {
    if (!this.options.shared) return this.runAlone(input);
    return new Promise((resolve, reject) => {
      this.waiting.push({ input, resolve, reject });
      if (this.underWay === 0 || this.waiting.length >= MAX_ROWS) this.startSoon();
    });
  }

  /** After everything that has arrived by now has been read. */
  private startSoon(): void {
    if (this.isDue) return;
    this.isDue = true;
    setImmediate(() => {
      this.isDue = false;
      this.start();
    });
  }

  private start(): void {
    if (this.waiting.length === 0) return;
    const batch = this.waiting.splice(0, MAX_ROWS);
    this.underWay += 1;
    const slow = setTimeout(() => this.start(), SLOW_MS).unref();
    void this.settle(batch).finally(() => {
      clearTimeout(slow);
      this.underWay -= 1;
      this.start();
    });
  }

  /** Never rejects. */
  private async settle(batch: Waiting<Input, Row>[]): Promise<void> {
    const { keyOf } = this.options;
    if (batch.length > 1) {
      batch.sort((a, b) => Buffer.compare(keyOf(a.input), keyOf(b.input)));
    }
    let rows: Row[];
    try {
      rows = await this.send(batch.map(({ input }) => input));
    } catch (error) {
      if (batch.length === 1 || isDatabaseUnavailable(error)) {
        for (const { reject } of batch) reject(error);
      } else {
        // Nothing has been committed: what is wrong with one input must not fail the others.
        await Promise.all(
          batch.map(async ({ input, resolve, reject }) => {
            await this.runAlone(input).then(resolve, reject);
          }),
        );
      }
      return;
    }
    const answers = new Map(rows.map((row) => [row.position, row]));
    batch.forEach(({ resolve }, index) => resolve(answers.get(index + 1)));
  }

  private async runAlone(input: Input): Promise<Row | undefined> {
    const [row] = await this.send([input]);
    return row;
  }

  private send(inputs: readonly Input[]): Promise<Row[]> {
    const many = inputs.length > 1;
    const name = this.nameOf(many, inputs.every(this.options.isPlain));
    const values = this.values.map((of) => (many ? inputs.map(of) : of(inputs[0] as Input)));
    return this.pool.query<Row>(name, this.statements.get(name) ?? '', values);
  }

  private nameOf(many: boolean, plain: boolean): string {
    return `${this.options.name}${many ? 's' : ''}${plain ? '' : '_in_full'}`;
  }
}

type Columns = SharedStatementOptions<never>['columns'];

/** A single row needs no arrays, which cost PostgreSQL as much as finding what it is about. */
function rowOf(columns: Columns): string {
  const values = Object.entries(columns).map(
    ([name, [type]], index) => `$${index + 1}::${type} AS ${name}`,
  );
  return `SELECT ${values.join(', ')}, 1 AS position`;
}

function rowsOf(columns: Columns): string {
  const arrays = Object.values(columns).map(([type], index) => `$${index + 1}::${type}[]`);
  return `SELECT * FROM unnest(${arrays.join(', ')}) WITH ORDINALITY
    AS asked (${Object.keys(columns).join(', ')}, position)`;
}
