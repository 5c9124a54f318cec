import { Command, CommanderError } from 'commander';
import type { Terminal } from './terminal.js';

interface Group {
  name: string;
  summary: string;
  load: (terminal: Terminal) => Promise<Command>;
}

/** Loaded when it is asked for, with all of the program that it needs: most of a start is that. */
const GROUPS: readonly Group[] = [
  {
    name: 'oauth-clients',
    summary: 'register third-party applications',
    load: async (terminal) =>
      (await import('./oauth-clients.commands.js')).oauthClientsCommands(terminal),
  },
  {
    name: 'doctor',
    summary: 'find what is wrong or risky with an application',
    load: async (terminal) => (await import('./doctor.command.js')).doctorCommand(terminal),
  },
  {
    name: 'accounts',
    summary: 'create, list and export the companies that use the portal',
    load: async (terminal) => (await import('./users.commands.js')).accountsCommands(terminal),
  },
  {
    name: 'users',
    summary: 'create, list and disable users, and reset their passwords',
    load: async (terminal) => (await import('./users.commands.js')).usersCommands(terminal),
  },
  {
    name: 'people',
    summary: 'export what is stored about somebody, and erase them',
    load: async (terminal) => (await import('./people.commands.js')).peopleCommands(terminal),
  },
  {
    name: 'signing-keys',
    summary: 'rotate or revoke the keys that sign access tokens',
    load: async (terminal) =>
      (await import('./signing-keys.commands.js')).signingKeysCommands(terminal),
  },
  {
    name: 'audit',
    summary: 'read who did what',
    load: async (terminal) => (await import('./audit.commands.js')).auditCommands(terminal),
  },
  {
    name: 'database',
    summary: 'show the rights that the program needs in the database',
    load: async (terminal) => (await import('./database.commands.js')).databaseCommands(terminal),
  },
  {
    name: 'retention',
    summary: 'show for how long data is kept',
    load: async (terminal) => (await import('./retention.command.js')).retentionCommand(terminal),
  },
  {
    name: 'demo',
    summary: 'fill the demo company, to try long lists',
    load: async (terminal) => (await import('./demo.commands.js')).demoCommands(terminal),
  },
];

/**
 * Runs one command.
 * @param args without the program's own name
 * @returns the exit code: 0, or 1 after an error has been printed
 */
export async function runCommand(args: readonly string[], terminal: Terminal): Promise<number> {
  try {
    const asked = args.find((word) => !word.startsWith('-') && word !== 'help');
    const root = await program(asked, terminal);
    await root.parseAsync([...args], { from: 'user' });
    return 0;
  } catch (error) {
    // Commander has printed the error, or the help that was asked for.
    if (error instanceof CommanderError) return error.exitCode;
    const { explain } = await import('./explain.js');
    terminal.error(explain(error));
    return 1;
  }
}

async function program(asked: string | undefined, terminal: Terminal): Promise<Command> {
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
      'Bring the database to the latest version, and give the role of DATABASE_URL its rights where DATABASE_MIGRATION_URL names another. The program also does this when it starts.',
    )
    .action(async () => {
      const { bringUpToDate } = await import('../database/schema.js');
      const { withDatabase } = await import('./application.js');
      const { ran, role } = await withDatabase(terminal.env, bringUpToDate);
      terminal.out(
        ran.length > 0 ? `Ran: ${ran.join(', ')}` : 'The database is already up to date.',
      );
      if (role !== undefined) terminal.out(`The role ${role} has the rights that it needs.`);
    });
  for (const { name, summary, load } of GROUPS) {
    const group = name === asked ? await load(terminal) : new Command(name);
    root.addCommand(group.summary(summary));
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
