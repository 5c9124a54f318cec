import { Command } from 'commander';
import { DataSource } from 'typeorm';
import { directUrl } from '../config/config.module.js';
import { dataSourceOptions } from '../database/data-source.js';
import { makeDemoLarge } from '../database/demo-large.js';
import { withDatabase } from './application.js';
import { UsageError } from './explain.js';
import type { Terminal } from './terminal.js';

/** More demo data, for trying things out. */
export function demoCommands(terminal: Terminal): Command {
  const group = new Command('demo').description(
    'The demo data; only where DEMO_DATA is on, as it is with the embedded database.',
  );

  group
    .command('large')
    .description(
      'Give the demo company 62 people, 1,200 active and 780 ended connections. They stay; to get rid of them, delete DATA_DIR.',
    )
    .action(async () => {
      const made = await withDatabase(terminal.env, async (config) => {
        if (!config.demoData) {
          throw new UsageError(
            'The demo data is off here, and sample people do not belong among real ones. Nothing has been changed.',
          );
        }
        const dataSource = await new DataSource(dataSourceOptions(directUrl(config))).initialize();
        try {
          return await makeDemoLarge(dataSource, new Date());
        } finally {
          await dataSource.destroy();
        }
      });
      terminal.out(
        made
          ? 'The demo company has 62 people, 1,200 active and 780 ended connections. Sign in as admin@musterhaus.example.'
          : 'Nothing to do: the demo company is large already, or this database has no demo data yet (start the program once).',
      );
    });
  return group;
}
