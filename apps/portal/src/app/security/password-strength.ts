/** As the API has it (`newPassword` of POST /user/v7/users/me/password), in characters. */
export const MIN_PASSWORD_LENGTH = 12;
export const MAX_PASSWORD_LENGTH = 200;

/** What makes a password weak, the gravest first. */
export type Weakness = 'too-short' | 'personal' | 'common' | 'pattern' | 'short';

export interface PasswordStrength {
  /** 0: too short to be taken, 1: weak, 2: fair, 3: good, 4: very good. */
  level: 0 | 1 | 2 | 3 | 4;
  /** What to do something about; null when it is good. */
  weakness: Weakness | null;
  /** How many characters the minimum is away. */
  missing: number;
}

/** Words that guessing starts with, in German and English, folded (see `fold`); the longest first. */
const COMMON = (
  'passwort password geheim secret hallo hello willkommen welcome administrator admin benutzer ' +
  'schatz schalke bayern borussia dortmund fussball football internet computer letmein iloveyou ' +
  'sonnenschein sunshine prinzessin princess monkey dragon master michael andreas thomas ' +
  'fruehling sommer herbst winter spring summer autumn januar februar august september oktober ' +
  'november dezember makler versicherung insurance broker flixcheck deutschland berlin hamburg ' +
  'muenchen changeme qwertz qwerty asdf'
).split(' ');

/** Rows of keys and orders that hands type by themselves; read in both directions. */
const ROWS = [
  'abcdefghijklmnopqrstuvwxyz',
  '01234567890',
  'qwertzuiopu',
  'qwertyuiop',
  'asdfghjkl',
  'yxcvbnm',
  'zxcvbnm',
];
const MIN_RUN = 4;

/** What each part, or each character of the rest, leaves to guess once its kind is known. */
const BITS = {
  personal: 3,
  common: 8,
  year: 6,
  run: 6,
  repeat: 3,
  wordLetter: 2.5,
  letter: 4.7,
  digit: 3.3,
  sign: 4,
  anything: 5.8,
};
const LEVELS = [35, 50, 65];

/**
 * An estimate of how hard a password is to guess, made on this device alone. It takes out what
 * guessers try first (the person's own words, common words, years, rows of keys, repetitions) and
 * counts what is left.
 *
 * @param personal the person's name, address, company: words that do not count
 */
export function passwordStrength(password: string, personal: readonly string[]): PasswordStrength {
  const length = [...password].length;
  if (length < MIN_PASSWORD_LENGTH) {
    return { level: 0, weakness: 'too-short', missing: MIN_PASSWORD_LENGTH - length };
  }

  const found = new Set<Weakness>();
  let bits = 0;
  let rest = fold(password);
  const take = (part: RegExp, worth: number, weakness: Weakness) => {
    rest = rest.replace(part, () => {
      found.add(weakness);
      bits += worth;
      return ' ';
    });
  };

  const repeated = /^(.{1,20}?)\1+$/su.exec(rest)?.[1];
  if (repeated !== undefined) {
    found.add('pattern');
    bits += BITS.repeat;
    rest = repeated;
  }
  const own = wordsOf(personal);
  if (own.length > 0) take(new RegExp(own.join('|'), 'g'), BITS.personal, 'personal');
  take(new RegExp(COMMON.join('|'), 'g'), BITS.common, 'common');
  take(/(?:19|20)\d\d/g, BITS.year, 'pattern');
  take(/(.)\1{2,}/gsu, BITS.repeat, 'pattern');
  for (const run of runsIn(rest)) take(new RegExp(run), BITS.run, 'pattern');
  bits += bitsOfRest(rest, password);

  const level = (1 + LEVELS.filter((limit) => bits >= limit).length) as 1 | 2 | 3 | 4;
  return { level, weakness: level >= 3 ? null : gravest(found), missing: 0 };
}

function gravest(found: ReadonlySet<Weakness>): Weakness {
  const order: Weakness[] = ['personal', 'common', 'pattern'];
  return order.find((weakness) => found.has(weakness)) ?? 'short';
}

/** Lower case, accents off, and the usual signs read as the letters that they stand for. */
function fold(text: string): string {
  return text
    .toLowerCase()
    .replace(/[äöü]/g, (letter) => ({ ä: 'ae', ö: 'oe', ü: 'ue' })[letter] ?? letter)
    .replace(/ß/g, 'ss')
    .normalize('NFD')
    .replace(/\p{M}/gu, '')
    .replace(/(?<=\p{L})[@4](?=\p{L})/gu, 'a')
    .replace(/(?<=\p{L})[3€](?=\p{L})/gu, 'e')
    .replace(/(?<=\p{L})[1!](?=\p{L})/gu, 'i')
    .replace(/(?<=\p{L})0(?=\p{L})/gu, 'o')
    .replace(/(?<=\p{L})[5$](?=\p{L}|[5$])|(?<=[5$])[5$](?=\p{L})/gu, 's');
}

function wordsOf(personal: readonly string[]): string[] {
  const words = personal.flatMap((text) => fold(text).split(/[^\p{L}\p{N}]+/u));
  return [...new Set(words)].filter((word) => word.length >= 4).sort((a, b) => b.length - a.length);
}

function runsIn(text: string): string[] {
  const rows = ROWS.flatMap((row) => [row, [...row].reverse().join('')]);
  const runs: string[] = [];
  for (let start = 0; start < text.length;) {
    let end = start + MIN_RUN;
    while (end <= text.length && rows.some((row) => row.includes(text.slice(start, end)))) end++;
    const run = text.slice(start, end - 1);
    if (run.length >= MIN_RUN && /^[a-z0-9]+$/.test(run)) {
      runs.push(run);
      start += run.length;
    } else {
      start++;
    }
  }
  return runs;
}

/** Letters that read like words count for less than characters thrown together. */
function bitsOfRest(rest: string, password: string): number {
  const random = thrownTogether(password);
  let bits = 0;
  for (const [part] of rest.matchAll(/\p{L}+|\p{N}+|[^\p{L}\p{N}\s]+/gu)) {
    bits += part.length * (random ? BITS.anything : bitsPerCharacter(part));
  }
  return bits;
}

function bitsPerCharacter(part: string): number {
  if (/^\p{N}/u.test(part)) return BITS.digit;
  if (!/^\p{L}/u.test(part)) return BITS.sign;
  const vowels = part.match(/[aeiou]/g)?.length ?? 0;
  return part.length >= 3 && vowels / part.length >= 0.2 ? BITS.wordLetter : BITS.letter;
}

/** Whether every second character is of another kind than the one before it. */
function thrownTogether(password: string): boolean {
  const kinds = [/\p{Ll}/u, /\p{Lu}/u, /\p{N}/u];
  const sorts = [...password].map((character) => kinds.findIndex((kind) => kind.test(character)));
  const changes = sorts.filter((sort, index) => index > 0 && sort !== sorts[index - 1]).length;
  return changes >= sorts.length / 2;
}
