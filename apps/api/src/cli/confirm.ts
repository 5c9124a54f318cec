import { Option } from 'commander';
import { UsageError } from './explain.js';
import type { Terminal } from './terminal.js';

/** What a command that does harm can be told beforehand. */
export interface Confirmed {
  yes?: boolean;
}

export function yesOption(): Option {
  return new Option('--yes', 'do not ask: for scripts, where nobody could answer');
}

/**
 * Lets nothing happen that nobody meant.
 * @param harm what will happen, as a sentence
 * @throws UsageError unless somebody says yes
 */
export async function confirm(terminal: Terminal, harm: string, { yes }: Confirmed): Promise<void> {
  if (yes) return;
  if (!terminal.ask) throw new UsageError(`${harm} Add --yes to do it. Nothing has been changed.`);
  const answer = await terminal.ask(`${harm} Go on? (yes/no) `);
  if (!/^y(es)?$/i.test(answer.trim())) throw new UsageError('Nothing has been changed.');
}
