import { Command } from 'commander';
import type { FindingDto, LatestRequestsDto } from '../client-reports/client-diagnosis.dto.js';
import { ClientDiagnosis } from '../client-reports/client-diagnosis.js';
import { ClientRegistry } from '../oauth-clients/registry.service.js';
import { withServices } from './application.js';
import { CLIENT, findClient } from './find-client.js';
import { jsonOption, type Output, type Terminal, toJson } from './terminal.js';

/** What is wrong or risky with a client. */
export function doctorCommand(terminal: Terminal): Command {
  return new Command('doctor')
    .description(
      'Examine a client: what is wrong or risky in how it is registered and what it has sent lately, and how to mend it.',
    )
    .requiredOption('--client <client>', CLIENT)
    .addOption(jsonOption())
    .addHelpText(
      'after',
      `
Example:
  npm run cli -- doctor --client maklerwelt-crm`,
    )
    .action(async ({ client: name, json }: Output & { client: string }) => {
      const diagnosis = await withServices(terminal.env, async (resolve) => {
        const { id } = await findClient(resolve(ClientRegistry), name);
        return resolve(ClientDiagnosis).of(id);
      });
      const { findings, latest } = diagnosis;
      if (json) terminal.out(toJson(diagnosis));
      else {
        const found = findings.length > 0 ? findings.map(inWords) : ['Nothing to mend.'];
        terminal.out([...found, ...failuresInWords(latest)].join('\n\n'));
      }
    });
}

function failuresInWords({ requests, failures }: LatestRequestsDto): string[] {
  if (failures === 0) return [];
  return [`Of the last ${requests} requests, ${failures} failed: the request log says why.`];
}

function inWords({ code, severity, seen, remedy, docs }: FindingDto): string {
  return [`${severity}: ${code}`, `  ${seen}`, `  ${remedy}`, `  ${docs}`].join('\n');
}
