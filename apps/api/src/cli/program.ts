import { Command, CommanderError } from 'commander';
import { migrate } from '../database/migrate.js';
import { withDatabase } from './application.js';
import { auditCommands } from './audit.commands.js';
import { demoCommands } from './demo.commands.js';
import { explain } from './explain.js';
import { oauthClientsCommands } from './oauth-clients.commands.js';
import { signingKeysCommands } from './signing-keys.commands.js';
import type { Terminal } from './terminal.js';
import { accountsCommands, usersCommands } from './users.commands.js';

/**
 * Runs one command.
 * @param args without the program's own name
 * @returns the exit code: 0, or 1 after an error has been printed
 */
export async function runCommand(args: readonly string[], terminal: Terminal): Promise<number> {
  try {
    await program(terminal).parseAsync([...args], { from: 'user' });
    return 0;
  } catch (error) {
    // Commander has printed the error, or the help that was asked for.
    if (error instanceof CommanderError) return error.exitCode;
    terminal.error(explain(error));
    return 1;
  }
}

function program(terminal: Terminal): Command {
  const root = new Command(process.env['CLI_NAME'] ?? 'npm run cli --')
    .description('Administers Flixcheck Connect from the command line.')
    .addHelpText(
      'after',
      `
Commands work on DATABASE_URL, or on the embedded database, beside the running program or without
it. They need the program's environment variables.`,
    );
  root
    .command('migrate')
    .description(
      'Bring the database to the latest version. The program also does this when it starts.',
    )
    .action(async () => {
      const ran = await withDatabase(terminal.env, (config) => migrate(config.databaseUrl));
      terminal.out(
        ran.length > 0 ? `Ran: ${ran.join(', ')}` : 'The database is already up to date.',
      );
    });
  for (const group of [
    oauthClientsCommands(terminal),
    accountsCommands(terminal),
    usersCommands(terminal),
    signingKeysCommands(terminal),
    auditCommands(terminal),
    demoCommands(terminal),
  ]) {
    root.addCommand(group);
  }
  return prepare(root, terminal);
}

/** No command ends the process, or writes anywhere but to its terminal. */
function prepare(command: Command, terminal: Terminal): Command {
  command
    .exitOverride()
    .showHelpAfterError('Add --help to see how it is used.')
    .configureOutput({
      writeOut: (text) => terminal.out(text.trimEnd()),
      writeErr: (text) => terminal.error(text.trimEnd()),
      outputError: (text, write) =>
        write(text.replace(/^error: (.)/, (_, c: string) => c.toUpperCase())),
    });
  for (const child of command.commands) prepare(child, terminal);
  return command;
}
