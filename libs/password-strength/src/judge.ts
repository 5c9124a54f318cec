import { ZxcvbnFactory, type ZxcvbnResult } from '@zxcvbn-ts/core';
import * as common from '@zxcvbn-ts/language-common';
import * as de from '@zxcvbn-ts/language-de';
import * as en from '@zxcvbn-ts/language-en';
import { readFileSync } from 'node:fs';
import { knownPasswordsFile } from './known-passwords.js';
import { canonical, MIN_PASSWORD_LENGTH, misfitOf } from './length.js';

/** What makes a password weak. */
export type Weakness = 'too_short' | 'too_long' | 'personal' | 'common' | 'pattern' | 'short';

export interface Judgement {
  /** 0: too short or too long; 1: refused, because guessed soon; 2: fair, 3: good, 4: very good. */
  level: 0 | 1 | 2 | 3 | 4;
  /** What to improve; null when it is good. */
  weakness: Weakness | null;
}

/** Decimal logarithms of the guesses from which on a password has the levels 2, 3 and 4. */
const ACCEPTED = 7.3;
const LEVELS = [ACCEPTED, 10, 13];
type Parts = ZxcvbnResult['sequence'];

/** How much of a password is judged; for a longer one, its stronger end counts. */
const JUDGED_LENGTH = 64;
/** Each further one doubles the work; guessing programs use few. */
const MAX_SUBSTITUTIONS = 4;
const MIN_PERSONAL_WORD = 3;

/** Words of this product's world, which the lists lack or take for rare ones. */
const OWN_WORDS =
  `flixcheck flix check checks connect portal crm kennwort geheimnis zugang zugangsdaten
  anmeldung anmelden makler maklerin maklerwelt versicherung versicherungen versicherungsmakler
  verbindung vertrag verträge vertraege kunde kunden beratung finanzen büro buero gmbh`.split(
    /\s+/,
  );

const german = Object.fromEntries(
  Object.entries(de.dictionary).map(([name, words]) => [`${name}-de`, words]),
);
const estimator = new ZxcvbnFactory({
  dictionary: { ...common.dictionary, ...german, ...en.dictionary, own: OWN_WORDS },
  graphs: common.adjacencyGraphs,
  maxLength: JUDGED_LENGTH,
  l33tMaxSubstitutions: MAX_SUBSTITUTIONS,
});
const known = readKnownPasswords();

/**
 * How soon a password is guessed by somebody who first tries what most people choose
 * (NIST SP 800-63B §5.1.1.2). Costs up to some 30 ms, and the first time half a second: not for the
 * event loop.
 * @param personal what anybody may know about the user: names, e-mail address, company
 */
export function judge(password: string, personal: readonly string[]): Judgement {
  const misfit = misfitOf(password);
  if (misfit !== null) return { level: 0, weakness: misfit };
  const text = canonical(password);
  if (known.has(text.toLowerCase())) return { level: 1, weakness: 'common' };

  const own = [...personal.map((words) => canonical(words)), ...personal.flatMap(wordsOf)];
  let best = estimate(text.slice(0, JUDGED_LENGTH), own);
  if (best.log10 < ACCEPTED && text.length > JUDGED_LENGTH) {
    const end = estimate(text.slice(-JUDGED_LENGTH), own);
    if (end.log10 > best.log10) best = end;
  }
  const level = (1 + LEVELS.filter((limit) => best.log10 >= limit).length) as 1 | 2 | 3 | 4;
  return { level, weakness: level >= 3 ? null : weaknessOf(best.parts) };
}

/**
 * The guesses that its parts take, one after the other. The library's own sum adds a factor of
 * 10,000 for each part, which makes `Passwort2026!` look good.
 */
function estimate(text: string, own: string[]): { log10: number; parts: Parts } {
  const { sequence } = estimator.check(text, own);
  const log10 = sequence.reduce((sum, part) => sum + Math.log10(part.guesses ?? 1), 0);
  return { log10, parts: sequence };
}

function weaknessOf(parts: Parts): Weakness {
  const words = parts.filter(({ pattern }) => pattern === 'dictionary');
  if (words.some(({ dictionaryName }) => dictionaryName === 'userInputs')) return 'personal';
  if (parts.some(({ pattern }) => pattern !== 'dictionary' && pattern !== 'bruteforce')) {
    return words.some(isFrequent) ? 'common' : 'pattern';
  }
  return words.some(isFrequent) ? 'common' : 'short';
}

/** Among the words that guessing starts with. */
function isFrequent({ dictionaryName, rank }: Parts[number]): boolean {
  if (typeof rank !== 'number' || typeof dictionaryName !== 'string') return false;
  return (
    dictionaryName === 'own' || (rank <= 3000 && /^(passwords|commonWords)/.test(dictionaryName))
  );
}

function wordsOf(text: string): string[] {
  const words = canonical(text).match(/[\p{L}\p{M}]+/gu) ?? [];
  return words.filter((word) => word.length >= MIN_PERSONAL_WORD);
}

/** Those of the million most common passwords that are long enough here. */
function readKnownPasswords(): ReadonlySet<string> {
  const list = readFileSync(knownPasswordsFile(), 'utf8');
  const long = list.split('\n').filter((password) => password.length >= MIN_PASSWORD_LENGTH);
  return new Set(long.map((password) => canonical(password).toLowerCase()));
}
