import { Command } from 'commander';
import { type ErasureEffect, ErasureEffects } from '../people/erasure-effect.js';
import { PersonalDataExport } from '../people/personal-data-export.js';
import { pseudonymOf, UserErasure } from '../users/user-erasure.js';
import { type UserRecord, UsersService } from '../users/users.service.js';
import { withServices } from './application.js';
import { confirm, type Confirmed, yesOption } from './confirm.js';
import { isLastAdmin, UsageError } from './explain.js';
import { jsonOption, type Output, type Terminal, toJson } from './terminal.js';

const USER = 'the e-mail address, or the id';

/** What the law gives people a right to, for whoever looks after data protection. */
export function peopleCommands(terminal: Terminal): Command {
  const group = new Command('people').description('What is stored about people.');

  group
    .command('export')
    .description(
      'Write all that is stored about a person to standard output, as JSON and without secrets.',
    )
    .argument('<user>', USER)
    .action(async (name: string) => {
      await withServices(terminal.env, async (resolve) => {
        const { id } = await resolve(UsersService).getByName(name);
        await terminal.send(await resolve(PersonalDataExport).document({ userId: id }, null));
      });
    });

  group
    .command('erase')
    .description(
      'Erase a person for good: name, e-mail address and all that is about them. What refers to them stays, under a pseudonym.',
    )
    .argument('<user>', USER)
    .addOption(yesOption())
    .addOption(jsonOption())
    .action(async (name: string, given: Output & Confirmed) => {
      const { user, erased } = await withServices(terminal.env, async (resolve) => {
        const user = await resolve(UsersService).getByName(name);
        if (user.erasedAt) return { user, erased: false };
        await confirm(terminal, harmTo(user, await resolve(ErasureEffects).of(user.id)), given);
        const erased = await resolve(UserErasure)
          .erase(user.id, null)
          .catch((error) => {
            throw isLastAdmin(error) ? new UsageError(lastAdminWords(user)) : error;
          });
        return { user, erased };
      });
      const { id } = user;
      const { firstName, lastName } = pseudonymOf(id);
      const pseudonym = `${firstName} ${lastName}`;
      const done = erased ? 'Erased' : 'That person had been erased before';
      terminal.out(
        given.json ? toJson({ id, erased, pseudonym }) : `${done}. What stays names ${pseudonym}.`,
      );
    });
  return group;
}

function harmTo(
  { email, account, status }: UserRecord,
  { deleted, connections, checks, auditRecords }: ErasureEffect,
): string {
  const first = status === 'active' ? 'It signs them out and ends all their connections. ' : '';
  return `This erases ${email} (${account.name}) for good. ${first}Gone are the profile and ${deleted} more records; ${connections} connections, ${checks} checks and ${auditRecords} records of the audit trail stay, without a name.`;
}

const lastAdminWords = ({ email, account }: UserRecord): string =>
  `${email} is the only admin of ${account.name}, and the last admin cannot be erased. Nothing has been changed.
First make another one: users create --account ${account.id} --role admin --email …`;
