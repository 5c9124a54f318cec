import { Command } from 'commander';
import { parseConfig } from '../config/config.js';
import { RETAINED, RETENTION_PERIODS } from '../config/retention-periods.js';
import { type Cell, jsonOption, type Output, table, type Terminal, toJson } from './terminal.js';

/** What the housekeeping of this installation goes by. */
export function retentionCommand(terminal: Terminal): Command {
  return new Command('retention')
    .description(
      'Show for how many days data is kept where the installation may choose, and the environment variable of each. docs/privacy.md has all periods, and what else is stored.',
    )
    .addOption(jsonOption())
    .action(({ json }: Output) => {
      const { retention } = parseConfig(terminal.env);
      const periods = RETAINED.map((retained) => {
        const { variable, of, days: usual, least, most } = RETENTION_PERIODS[retained];
        return { variable, days: retention[retained], usual, least, most, of };
      });
      const rows = periods.map((each): Cell[] => Object.values(each));
      const headings = ['variable', 'days', 'default', 'least', 'most', 'of'];
      terminal.out(json ? toJson(periods) : table(headings, rows, ''));
    });
}
