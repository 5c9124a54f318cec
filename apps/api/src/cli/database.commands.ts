import { Command } from 'commander';
import { missingGrants, roleOf } from '../database/database-role.js';
import { withTransaction } from '../database/schema.js';
import { withDatabase } from './application.js';
import { UsageError } from './explain.js';
import type { Terminal } from './terminal.js';

/** For administrators who give rights themselves. */
export function databaseCommands(terminal: Terminal): Command {
  const group = new Command('database').description('The rights of the program in the database.');

  group
    .command('grants')
    .description(
      'Print the SQL that gives a role exactly the rights that the program needs. Changes nothing; migrate does it where DATABASE_MIGRATION_URL is set.',
    )
    .option('--role <role>', 'the role that the program runs with; that of DATABASE_URL otherwise')
    .addHelpText(
      'after',
      `
Run the SQL as the owner of the schema, after each update of the program: new tables need new rights.`,
    )
    .action(async (given: { role?: string }) => {
      const sql = await withDatabase(terminal.env, async (config) => {
        const { databaseUrl, databaseMigrationUrl: owner = databaseUrl } = config;
        const { role = roleOf(databaseUrl).name } = given;
        if (role === roleOf(owner).name) {
          throw new UsageError(
            `The role ${role} owns the schema. Name another one with --role, or give the owner's address in DATABASE_MIGRATION_URL.`,
          );
        }
        const statements = await withTransaction(owner, (runner) => missingGrants(runner, role));
        if (statements.length === 0) return `-- ${role} has exactly the rights that it needs.`;
        return statements.map((statement) => `${statement};`).join('\n');
      });
      terminal.out(sql);
    });
  return group;
}
