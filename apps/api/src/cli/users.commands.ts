import { isUUID } from 'class-validator';
import { Command, Option } from 'commander';
import { randomBytes } from 'node:crypto';
import type { Role } from '../http/access.js';
import { OwnSecondFactor } from '../people/own-second-factor.js';
import { PasswordsService } from '../people/passwords.service.js';
import { PersonalDataExport } from '../people/personal-data-export.js';
import { SignOuts } from '../people/sign-outs.js';
import {
  NewAccount,
  NewPassword,
  NewPerson,
  NewUser,
  Provisioning,
  ROLES,
} from '../users/provisioning.js';
import { type UserRecord, UsersService } from '../users/users.service.js';
import { withServices } from './application.js';
import { confirm, type Confirmed, yesOption } from './confirm.js';
import { isLastAdmin, UsageError } from './explain.js';
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

const USER = 'the e-mail address, or the id';

interface PasswordOptions extends Output {
  passwordStdin?: boolean;
  keepPassword?: boolean;
}

interface FactorResetOptions {
  atOnce?: boolean;
  callOff?: boolean;
}

interface PersonOptions extends PasswordOptions {
  email: string;
  firstName: string;
  lastName: string;
  locale: string;
}

/** Accounts, for a server whose database is still empty. */
export function accountsCommands(terminal: Terminal): Command {
  const group = new Command('accounts').description('The accounts: companies that use the portal.');

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
      const none = 'No accounts yet. Create one with: accounts create --name …';
      terminal.out(json ? toJson(accounts) : table(['id', 'name', 'users', 'created'], rows, none));
    });

  group
    .command('create')
    .description('Create an account.')
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
      terminal.out(json ? toJson(account) : `Created the account.\n\n${shown}`);
    });

  group
    .command('export')
    .description(
      'Write all that is stored about a company and its users to standard output, as JSON and without secrets.',
    )
    .argument('<id>', 'the id that `accounts list` shows')
    .action(async (accountId: string) => {
      if (!isUUID(accountId)) throw new UsageError(`'${accountId}' is no id of an account.`);
      await withServices(terminal.env, async (resolve) => {
        await terminal.send(await resolve(PersonalDataExport).document({ accountId }, null));
      });
    });
  return group;
}

/** Users: the first operator of a production database, and what an operator does for users later. */
export function usersCommands(terminal: Terminal): Command {
  const group = new Command('users').description('The people who sign in to the portal.');

  personOptions(group.command('create-operator'), { firstName: 'Flixcheck', lastName: 'Operator' })
    .description('Create a user who administers the registry; works on an empty database, too.')
    .action(async (given: PersonOptions) => {
      const { password, generated } = await passwordOf(given, terminal);
      const input = await checked(NewPerson, { ...personOf(given), password });
      const id = await withServices(terminal.env, (resolve) =>
        resolve(Provisioning).createOperator(input, { keep: given.keepPassword ?? false }),
      );
      report(terminal, given, { id, role: 'operator', ...(generated && { password }) });
    });

  personOptions(group.command('create'))
    .description('Create a user of an account.')
    .requiredOption('--account <id>', 'the id that `accounts list` shows (required)')
    .addOption(
      new Option(
        '--role <role>',
        'a member sees their own connections, an admin the whole account’s',
      )
        .choices(ROLES)
        .default('member'),
    )
    .action(async (given: PersonOptions & { account: string; role: Role }) => {
      const { password, generated } = await passwordOf(given, terminal);
      const { account: accountId, role } = given;
      const input = await checked(NewUser, { ...personOf(given), accountId, role, password });
      const id = await withServices(terminal.env, (resolve) =>
        resolve(Provisioning).createUser(input, { keep: given.keepPassword ?? false }),
      );
      report(terminal, given, { id, role, ...(generated && { password }) });
    });

  group
    .command('list')
    .description('List the users, account by account.')
    .option('--account <id>', 'of this account only')
    .addOption(jsonOption())
    .action(async ({ account, json }: Output & { account?: string }) => {
      const users = await withServices(terminal.env, (resolve) =>
        resolve(Provisioning).listUsers(account),
      );
      const rows = users.map((user): Cell[] => [
        user.email,
        `${user.firstName} ${user.lastName}`,
        user.account,
        user.role,
        user.status,
        user.lastSignInAt ?? 'never',
        user.id,
      ]);
      const headings = ['e-mail', 'name', 'account', 'role', 'status', 'last sign-in', 'id'];
      const none = 'No users yet. Create one with: users create-operator --email …';
      terminal.out(json ? toJson(users) : table(headings, rows, none));
    });

  group
    .command('disable')
    .description('Disable a user: sessions and connections end, and tokens stop working at once.')
    .argument('<user>', USER)
    .option('--last-admin', 'also the last admin of a company, which is left without one')
    .addOption(yesOption())
    .addOption(jsonOption())
    .action(async (name: string, given: Output & Confirmed & { lastAdmin?: boolean }) => {
      const { lastAdmin = false } = given;
      const user = await withServices(terminal.env, async (resolve) => {
        const users = resolve(UsersService);
        const found = await users.getByName(name);
        const harm = `This signs ${found.email} (${found.account.name}) out everywhere and ends all connections of this user.`;
        await confirm(terminal, harm, given);
        return users.setStatus(found.id, 'disabled', null, { lastAdmin }).catch((error) => {
          throw isLastAdmin(error) ? new UsageError(lastAdminWords(found)) : error;
        });
      });
      showUser(terminal, given, user, 'Disabled. All sessions and connections have ended.');
    });

  group
    .command('enable')
    .description('Enable a user again. Sessions and connections that ended stay ended.')
    .argument('<user>', USER)
    .addOption(jsonOption())
    .action(async (name: string, given: Output) => {
      const user = await withServices(terminal.env, async (resolve) => {
        const users = resolve(UsersService);
        return users.setStatus((await users.getByName(name)).id, 'active', null);
      });
      showUser(
        terminal,
        given,
        user,
        'Enabled. The user can sign in again, and has to reconnect applications.',
      );
    });

  group
    .command('sign-out')
    .description(
      'Sign a user out on all devices. The user is told by mail, and can sign in again; connections stay.',
    )
    .argument('<user>', USER)
    .addOption(jsonOption())
    .action(async (name: string, given: Output) => {
      const { user, ended } = await withServices(terminal.env, async (resolve) => {
        const found = await resolve(UsersService).getByName(name);
        return { user: found, ended: await resolve(SignOuts).signOut(found.id, null) };
      });
      const message =
        ended === 0 ? 'There was no session to end.' : `Signed out. Sessions ended: ${ended}.`;
      showUser(terminal, given, user, message, { ended });
    });

  passwordOptions(group.command('reset-password'))
    .description(
      'Reset a password that is forgotten or known to others. Ends all sessions of the user.',
    )
    .argument('<user>', USER)
    .option('--revoke-connections', 'end the user’s connections, too')
    .action(async (name: string, given: PasswordOptions & { revokeConnections?: boolean }) => {
      const { password, generated } = await passwordOf(given, terminal);
      const { password: newPassword } = await checked(NewPassword, { password });
      const { revokeConnections = false, keepPassword: keep = false } = given;
      const user = await withServices(terminal.env, async (resolve) => {
        const found = await resolve(UsersService).getByName(name);
        await resolve(PasswordsService).reset(found.id, { newPassword, revokeConnections, keep });
        return found;
      });
      const shown = generated ? { password } : {};
      const message = `The password has been replaced. All sessions${revokeConnections ? ' and connections' : ''} have ended.`;
      showUser(terminal, given, user, message, shown);
      if (generated && !given.json) terminal.out(passwordWords(given));
    });

  group
    .command('reset-second-factor')
    .description(
      'Switch two-step sign-in off and remove the passkeys, for somebody who has lost the device. The user is told by mail, and has FACTOR_RESET_HOURS to stop it.',
    )
    .argument('<user>', USER)
    .option('--at-once', 'do not wait: for somebody whom you have before you')
    .option('--call-off', 'keep app and passkeys after all')
    .addOption(yesOption())
    .addOption(jsonOption())
    .action(async (name: string, given: Output & Confirmed & FactorResetOptions) => {
      const { atOnce = false, callOff = false } = given;
      if (atOnce && callOff) throw new UsageError('--at-once and --call-off exclude each other.');
      const { user, dueAt } = await withServices(terminal.env, async (resolve) => {
        const found = await resolve(UsersService).getByName(name);
        if (callOff) {
          await resolve(OwnSecondFactor).keep(found.id, null);
          return { user: found, dueAt: null };
        }
        const harm = `This lets ${found.email} (${found.account.name}) sign in with the password alone. Be sure that it is they who ask for it.`;
        await confirm(terminal, harm, given);
        const reset = await resolve(OwnSecondFactor).reset(found.id, null, { atOnce });
        return { user: found, dueAt: reset.dueAt > reset.askedAt ? reset.dueAt : undefined };
      });
      if (dueAt === null) return showUser(terminal, given, user, 'App and passkeys are kept.');
      const message = dueAt
        ? `Announced by mail. At ${dueAt.toISOString()}, two-step sign-in will be off, passkeys removed, and all sessions ended.`
        : 'Two-step sign-in is off, passkeys are removed, and all sessions have ended.';
      showUser(terminal, given, user, message, dueAt ? { dueAt } : {});
    });
  return group;
}

const lastAdminWords = ({ email, account }: UserRecord): string =>
  `${email} is the only admin of ${account.name}. Nothing has been changed.
First make another one: users create --account ${account.id} --role admin --email …
To keep out somebody who knows the password: users reset-password ${email}
If the company leaves, and needs no admin any more, add --last-admin.`;

const passwordWords = ({ keepPassword = false }: PasswordOptions): string =>
  keepPassword
    ? '\nThe password is shown this once.'
    : '\nThe password is shown this once, and is good for the first sign-in, which asks for another one.';

function showUser(
  terminal: Terminal,
  { json }: Output,
  { id, email, account, role, status }: UserRecord,
  message: string,
  more: { password?: string; dueAt?: Date; ended?: number } = {},
): void {
  if (json) {
    terminal.out(toJson({ id, email, account: account.name, role, status, ...more }));
    return;
  }
  const shown = card([
    ['id', id],
    ['e-mail', email],
    ['account', account.name],
    ['role', role],
    ['status', status],
    ['password', more.password],
  ]);
  terminal.out(`${message}\n\n${shown}`);
}

function personOptions(command: Command, names?: { firstName: string; lastName: string }): Command {
  const name = (flags: string, fallback: string | undefined) => {
    return fallback === undefined
      ? new Option(flags, 'as others see it (required)').makeOptionMandatory()
      : new Option(flags, 'as others see it').default(fallback);
  };
  return passwordOptions(
    command
      .requiredOption('--email <address>', 'what the person signs in with (required)')
      .addOption(name('--first-name <name>', names?.firstName))
      .addOption(name('--last-name <name>', names?.lastName))
      .addOption(
        new Option('--locale <locale>', 'language of the portal')
          .choices(['de', 'en'])
          .default('de'),
      ),
  );
}

function passwordOptions(command: Command): Command {
  return command
    .option(
      '--password-stdin',
      'read the password from standard input; otherwise one is generated and printed once',
    )
    .option(
      '--keep-password',
      'do not ask for another one at the first sign-in: its owner has chosen it, or it is for a test',
    )
    .addOption(jsonOption());
}

function personOf({ email, firstName, lastName, locale }: PersonOptions): object {
  return { email, firstName, lastName, locale };
}

async function passwordOf({ passwordStdin }: PasswordOptions, terminal: Terminal) {
  if (!passwordStdin) return { password: randomBytes(18).toString('base64url'), generated: true };
  // The line break comes from the shell and is not part of the password.
  const password = (await terminal.readInput()).replace(/\r?\n$/, '');
  if (password === '')
    throw new UsageError('--password-stdin: there is nothing on standard input.');
  return { password, generated: false };
}

function report(
  terminal: Terminal,
  given: PersonOptions,
  made: { id: string; role: Role; password?: string },
): void {
  const user = { id: made.id, email: given.email.toLowerCase(), role: made.role };
  if (given.json) {
    terminal.out(toJson({ ...user, ...(made.password && { password: made.password }) }));
    return;
  }
  const shown = card([
    ['id', user.id],
    ['e-mail', user.email],
    ['role', user.role],
    ['password', made.password],
  ]);
  terminal.out(`Created the user.\n\n${shown}`);
  if (made.password) {
    terminal.out(passwordWords(given));
  }
}
