import { PersonSummary } from '../api/types';

/** Without case and accents, and with umlauts as people type them who have no key for them. */
function folded(text: string, umlauts: 'a' | 'ae'): string {
  const spelled =
    umlauts === 'ae' ? text.toLowerCase().replace(/[äöü]/g, (letter) => `${letter}e`) : text;
  return spelled
    .normalize('NFD')
    .replace(/\p{M}/gu, '')
    .toLowerCase()
    .replace(/ß/g, 'ss')
    .replace(/\s+/g, ' ')
    .trim();
}

/** Whether every word of the search stands in the person's name or e-mail address. */
export function matches(person: PersonSummary, search: string): boolean {
  const text = `${person.firstName} ${person.lastName} ${person.email}`.normalize('NFC');
  const spellings = [folded(text, 'a'), folded(text, 'ae')];
  const words = folded(search, 'a').split(' ');
  return words.every((word) => spellings.some((spelling) => spelling.includes(word)));
}
