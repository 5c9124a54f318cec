import { Command, Option } from 'commander';
import { randomBytes } from 'node:crypto';
import type { Role } from '../http/access.js';
import { NewAccount, NewPerson, NewUser, Provisioning, ROLES } from '../users/provisioning.js';
import { withServices } from './application.js';
import { UsageError } from './explain.js';
import { checked } from './input.js';
import {
  card,
  type Cell,
  jsonOption,
  type Output,
  table,
  type Terminal,
  toJson,
} from './terminal.js';

interface PersonOptions extends Output {
  email: string;
  firstName: string;
  lastName: string;
  locale: string;
  passwordStdin?: boolean;
}

/** Accounts, for a server whose database is still empty. */
export function accountsCommands(terminal: Terminal): Command {
  const group = new Command('accounts')
    .summary('make the companies that use the portal')
    .description('The accounts: companies that use the portal.');

  group
    .command('list')
    .description('List the accounts, oldest first.')
    .addOption(jsonOption())
    .action(async ({ json }: Output) => {
      const accounts = await withServices(terminal.env, (resolve) =>
        resolve(Provisioning).listAccounts(),
      );
      const rows = accounts.map(({ id, name, users, createdAt }): Cell[] => [
        id,
        name,
        users,
        createdAt,
      ]);
      const none = 'No accounts yet. Make one with: accounts create --name …';
      terminal.out(json ? toJson(accounts) : table(['id', 'name', 'users', 'created'], rows, none));
    });

  group
    .command('create')
    .description('Make an account.')
    .requiredOption('--name <name>', 'the company’s name (required)')
    .addOption(jsonOption())
    .action(async ({ name, json }: Output & { name: string }) => {
      const input = await checked(NewAccount, { name });
      const account = await withServices(terminal.env, (resolve) =>
        resolve(Provisioning).createAccount(input),
      );
      const shown = card([
        ['id', account.id],
        ['name', account.name],
      ]);
      terminal.out(json ? toJson(account) : `Made the account.\n\n${shown}`);
    });
  return group;
}

/** Users: the first operator of a production database, and whom an operator needs after that. */
export function usersCommands(terminal: Terminal): Command {
  const group = new Command('users')
    .summary('make users, such as the first operator')
    .description('The people who sign in to the portal.');

  personOptions(group.command('create-operator'), { firstName: 'Flixcheck', lastName: 'Operator' })
    .description('Make a user who administers the registry, also on an empty database.')
    .action(async (given: PersonOptions) => {
      const { password, generated } = await passwordOf(given, terminal);
      const input = await checked(NewPerson, { ...personOf(given), password });
      const id = await withServices(terminal.env, (resolve) =>
        resolve(Provisioning).createOperator(input),
      );
      report(terminal, given, { id, role: 'operator', ...(generated && { password }) });
    });

  personOptions(group.command('create'))
    .description('Make a user of an account.')
    .requiredOption('--account <id>', 'the id that `accounts list` shows (required)')
    .addOption(
      new Option('--role <role>', 'member sees the own connections, admin the whole account’s')
        .choices(ROLES)
        .default('member'),
    )
    .action(async (given: PersonOptions & { account: string; role: Role }) => {
      const { password, generated } = await passwordOf(given, terminal);
      const { account: accountId, role } = given;
      const input = await checked(NewUser, { ...personOf(given), accountId, role, password });
      const id = await withServices(terminal.env, (resolve) =>
        resolve(Provisioning).createUser(input),
      );
      report(terminal, given, { id, role, ...(generated && { password }) });
    });
  return group;
}

function personOptions(command: Command, names?: { firstName: string; lastName: string }): Command {
  const name = (flags: string, fallback: string | undefined) => {
    return fallback === undefined
      ? new Option(flags, 'as others see it (required)').makeOptionMandatory()
      : new Option(flags, 'as others see it').default(fallback);
  };
  return command
    .requiredOption('--email <address>', 'what the person signs in with (required)')
    .addOption(name('--first-name <name>', names?.firstName))
    .addOption(name('--last-name <name>', names?.lastName))
    .addOption(
      new Option('--locale <locale>', 'language of the portal').choices(['de', 'en']).default('de'),
    )
    .option(
      '--password-stdin',
      'read the password from standard input; without this, one is made up and printed once',
    )
    .addOption(jsonOption());
}

function personOf({ email, firstName, lastName, locale }: PersonOptions): object {
  return { email, firstName, lastName, locale };
}

async function passwordOf({ passwordStdin }: PersonOptions, terminal: Terminal) {
  if (!passwordStdin) return { password: randomBytes(18).toString('base64url'), generated: true };
  // The line's end is the shell's, not the password's.
  const password = (await terminal.readInput()).replace(/\r?\n$/, '');
  if (password === '')
    throw new UsageError('--password-stdin: there is nothing on standard input.');
  return { password, generated: false };
}

function report(
  terminal: Terminal,
  { email, json }: PersonOptions,
  made: { id: string; role: Role; password?: string },
): void {
  const user = { id: made.id, email: email.toLowerCase(), role: made.role };
  if (json) {
    terminal.out(toJson({ ...user, ...(made.password && { password: made.password }) }));
    return;
  }
  const shown = card([
    ['id', user.id],
    ['e-mail', user.email],
    ['role', user.role],
    ['password', made.password],
  ]);
  terminal.out(`Made the user.\n\n${shown}`);
  if (made.password) {
    terminal.out('\nThe password is shown this once. Change it after the first sign-in.');
  }
}
