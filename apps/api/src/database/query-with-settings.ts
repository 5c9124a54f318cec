import { escapeLiteral, Query, type QueryConfig } from 'pg';

/** The part of the driver's connection that is used here, and has no types. */
interface Messages {
  parse: (statement: { name: string; text: string }) => void;
  bind: (portal: object) => void;
  execute: (portal: object) => void;
}

type Method = (this: Query, ...args: unknown[]) => void;
const { prepare, handleDataRow, handleCommandComplete } = Query.prototype as unknown as Record<
  'prepare' | 'handleDataRow' | 'handleCommandComplete',
  Method
>;

/**
 * A statement with settings that end with its transaction: behind a pooler, the next one on the same
 * connection may be anybody's. Settings and statement are sent at once, and committed together.
 */
export class QueryWithSettings extends Query {
  private isSet = false;

  constructor(
    statement: QueryConfig,
    private readonly settings: Readonly<Record<string, string>>,
  ) {
    super(statement);
  }

  prepare(connection: Messages): void {
    const changes = Object.entries(this.settings).map(
      ([name, value]) => `set_config(${escapeLiteral(name)}, ${escapeLiteral(value)}, true)`,
    );
    connection.parse({ name: '', text: `SELECT ${changes.join(', ')}` });
    connection.bind({});
    connection.execute({});
    prepare.call(this, connection);
  }

  handleDataRow(...args: unknown[]): void {
    if (this.isSet) handleDataRow.apply(this, args);
  }

  handleCommandComplete(...args: unknown[]): void {
    if (this.isSet) handleCommandComplete.apply(this, args);
    this.isSet = true;
  }
}
