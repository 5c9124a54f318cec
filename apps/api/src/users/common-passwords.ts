import { validationFailed } from '../http/validation.js';

/**
 * Passwords that guessers try first (NIST SP 800-63B §5.1.1.2): a well-known word or the user's own
 * name with little around it, repetitions and runs of keys.
 */
const WORDS = `
  passwort password passwd passw pass kennwort passphrase parole geheim geheimnis secret secure sicher
  sicherheit schlüssel schluessel key zugang zugangsdaten anmeldung anmelden login logon signin konto
  account code token letmein openup sesam einlass
  admin administrator root user username benutzer nutzer gast guest operator master chef boss sysadmin
  default standard changeme change ändern aendern neu neues start startklar anfang temp temporär test
  tester testen testing versuch beispiel example muster
  hallo hello servus moin willkommen welcome guten tag morgen gutentag bitte please danke thanks
  mein meine mich ich bin dein unser das ist der die und my mine the this is new not for you and our
  frühling fruehling frühjahr fruehjahr sommer herbst winter spring summer autumn fall
  januar februar märz maerz april mai juni juli august september oktober november dezember
  january february march may june july october december
  montag dienstag mittwoch donnerstag freitag samstag sonntag
  monday tuesday wednesday thursday friday saturday sunday
  weihnachten ostern christmas urlaub ferien wochenende feierabend
  schatz schatzi liebe liebling ichliebedich love iloveyou lover darling baby engel angel mausi maus
  hase hasi herz sonne sonnenschein sunshine stern star blume flower teufel devil prinzessin princess
  hund katze hündchen dog cat tiger löwe loewe pferd horse monkey affe dragon drache eagle adler
  fussball fußball football soccer baseball basketball hockey bayern borussia dortmund schalke werder
  deutschland germany österreich oesterreich schweiz berlin hamburg münchen muenchen köln koeln
  frankfurt stuttgart düsseldorf duesseldorf leipzig dresden hannover nürnberg nuernberg bremen wien
  michael thomas andreas stefan daniel alexander sebastian christian martin markus peter matthias max
  sabine nicole julia anna lisa laura sarah katharina jessica jennifer michelle charlie jordan robert
  superman batman spiderman starwars pokemon matrix ninja hunter killer shadow mustang ferrari porsche
  mercedes audi freedom whatever trustno trustnoone correct battery staple
  computer internet windows office microsoft google facebook apple samsung iphone android
  arsch arschloch scheiße scheisse ficken fuck fuckyou fotze sex sexy
  firma company büro buero office kunde kunden kundin customer vertrag verträge vertraege makler broker
  maklerin versicherung versicherungen versicherungsmakler insurance finanz finanzen beratung
  gmbh flixcheck flix check checks connect portal crm maklerwelt verbindung
`
  .trim()
  .split(/\s+/);

/** What fingers run along: forwards or backwards, from any place. */
const RUNS = [
  'abcdefghijklmnopqrstuvwxyz',
  '012345678901234567890',
  '!"§$%&/()=?',
  '!@#$%^&*()_+',
  'qwertzuiopü+',
  'asdfghjklöä#',
  '<yxcvbnm,.-',
  'qwertyuiop[]',
  "asdfghjkl;'",
  'zxcvbnm,./',
  '1qay2wsx3edc4rfv5tgb6zhn7ujm8ik,9ol.',
  '1qaz2wsx3edc4rfv5tgb6yhn7ujm8ik,9ol.',
  'a1b2c3d4e5f6g7h8i9',
  '1a2b3c4d5e6f7g8h9i',
].flatMap((run) => [run, [...run].reverse().join('')]);
const MIN_RUN = 3;
/** A longer one that repeats is as good as it is alone. */
const MAX_BLOCK = 6;
const MIN_PERSONAL_WORD = 3;

/**
 * A well-known word with two more digits or signs beside years and runs is guessed soon, and so are
 * two letters; two words are not refused. The portal's own advice asks for better than that.
 */
const WORD = 4;
const LETTER = 3;
const OTHER = 1;
const ENOUGH = 7;

/** As letters are disguised: the sign on the left for one of the letters on the right. */
const DISGUISES: Record<string, string> = {
  '0': 'o',
  '1': 'il',
  '3': 'e',
  '4': 'a',
  '5': 's',
  '7': 't',
  '8': 'b',
  '@': 'a',
  $: 's',
  '!': 'i',
  '€': 'e',
};

/**
 * @param personal what everybody knows of the user: names, e-mail address, company
 */
export function isCommonPassword(password: string, personal: readonly string[]): boolean {
  const text = [...password.normalize('NFKC').toLowerCase()];
  const block = smallestBlock(text);
  if (block.length <= MAX_BLOCK) return true;
  const words = [...WORDS, ...personal.flatMap(wordsOf)].map((word) => [...word]);
  return unpredictability(block, words) < ENOUGH;
}

/** @throws ApiError validation_failed, too_common at the field */
export function refuseCommonPassword(
  field: string,
  password: string,
  personal: readonly string[],
): void {
  if (!isCommonPassword(password, personal)) return;
  const message =
    'This password is one of the first that guessers try: a well-known word or name with some digits, a repetition or a row of keys. Take three words or more that have nothing to do with each other.';
  throw validationFailed([{ field, code: 'too_common', message }]);
}

function wordsOf(text: string): string[] {
  const words =
    text
      .normalize('NFKC')
      .toLowerCase()
      .match(/[\p{L}\p{M}]+/gu) ?? [];
  return words.filter((word) => word.length >= MIN_PERSONAL_WORD);
}

/** What the text repeats, or the text itself where it repeats nothing. */
function smallestBlock(text: readonly string[]): readonly string[] {
  const last = text.findIndex(
    (_, index) =>
      index < Math.ceil(text.length / 2) &&
      text.every((character, at) => character === text[at % (index + 1)]),
  );
  return last < 0 ? text : text.slice(0, last + 1);
}

/** A password weighed by its words, runs and what is left, taken apart so that it weighs least. */
function unpredictability(text: readonly string[], words: readonly string[][]): number {
  const least = Array<number>(text.length + 1).fill(0);
  for (let at = text.length - 1; at >= 0; at -= 1) {
    const alone = /[\p{L}\p{M}]/u.test(text[at] ?? '') ? LETTER : OTHER;
    const ends = predictableEnds(text, at, words).map(([end, cost]) => cost + (least[end] ?? 0));
    least[at] = Math.min(alone + (least[at + 1] ?? 0), ...ends);
  }
  return least[0] ?? 0;
}

/** Where the predictable things end that begin here, and what each is worth. */
function predictableEnds(
  text: readonly string[],
  at: number,
  words: readonly string[][],
): [end: number, cost: number][] {
  const ends: [number, number][] = words
    .filter((word) => word.every((letter, index) => isLetter(text[at + index], letter)))
    .map((word) => [at + word.length, WORD]);
  let repeated = at + 1;
  while (text[repeated] === text[at]) repeated += 1;
  if (repeated - at >= MIN_RUN) ends.push([repeated, 0]);
  for (let end = at + MIN_RUN; end <= text.length; end += 1) {
    const part = text.slice(at, end).join('');
    if (!RUNS.some((run) => run.includes(part))) break;
    ends.push([end, 0]);
  }
  if (/^(19|20)\d\d$/.test(text.slice(at, at + 4).join(''))) ends.push([at + 4, 0]);
  return ends;
}

function isLetter(character: string | undefined, letter: string): boolean {
  if (character === undefined) return false;
  return character === letter || (DISGUISES[character]?.includes(letter) ?? false);
}
