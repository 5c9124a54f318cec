import { ClientConnections } from '../api/types';
import { Formats } from '../i18n/formats';
import { Words } from '../ui/question';

/** What ends, in numbers. */
export function harmInWords(
  { activeConnections, accounts }: ClientConnections,
  formats: Formats,
): Words {
  if (activeConnections === 0) return { text: 'registry.harm.none' };
  const one = { one: 'registry.harm.one', other: 'registry.harm.ofOne' };
  return {
    text: accounts > 1 ? 'registry.harm.ofMany' : formats.plural(activeConnections, one),
    values: {
      connections: formats.number(activeConnections),
      accounts: formats.number(accounts),
    },
  };
}
