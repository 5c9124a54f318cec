import { Option } from 'commander';
import { UsageError } from './explain.js';
import type { Terminal } from './terminal.js';

/** The option that answers a harmful command's question in advance. */
export interface Confirmed {
  yes?: boolean;
}

export function yesOption(): Option {
  return new Option('--yes', 'do not ask: for scripts, where nobody can answer');
}

/**
 * Asks before a command does harm.
 * @param harm what will happen, as a sentence
 * @throws UsageError unless somebody says yes
 */
export async function confirm(terminal: Terminal, harm: string, { yes }: Confirmed): Promise<void> {
  if (yes) return;
  if (!terminal.ask) throw new UsageError(`${harm} Add --yes to do it. Nothing has been changed.`);
  const answer = await terminal.ask(`${harm} Go on? (yes/no) `);
  if (!/^y(es)?$/i.test(answer.trim())) throw new UsageError('Nothing has been changed.');
}
