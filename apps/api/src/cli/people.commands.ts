import { Command } from 'commander';
import { PersonalDataExport } from '../people/personal-data-export.js';
import { UsersService } from '../users/users.service.js';
import { withServices } from './application.js';
import type { Terminal } from './terminal.js';

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
  return group;
}
