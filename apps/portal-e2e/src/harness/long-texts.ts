/** A word that the dictionary has, and that no narrow screen has room for. */
const WORD = 'Berufsunfähigkeitsversicherungsrechner';

const fill = (length: number): string =>
  WORD.repeat(Math.ceil(length / WORD.length)).slice(0, length);

/** What comes from outside, as long as the API lets it be and without a place to break it. */
export const LONGEST = {
  application: fill(100),
  publisher: fill(100).toUpperCase(),
  description: fill(500),
  company: fill(200),
  person: {
    firstName: fill(100),
    lastName: fill(100),
    email: `${'a'.repeat(64)}@${`${'b'.repeat(60)}.`.repeat(3)}example`,
  },
  host: `${`${'c'.repeat(60)}.`.repeat(4)}example`.slice(-253),
  device: `${fill(60)}/1.0`,
} as const;
