import unhomoglyph from 'unhomoglyph';
import type { FieldError } from '../http/api-error.js';

/** Scripts that names are written in here; what is in none of them counts as one more. */
const SCRIPTS = {
  Latin: /\p{Script=Latin}/u,
  Cyrillic: /\p{Script=Cyrillic}/u,
  Greek: /\p{Script=Greek}/u,
  Armenian: /\p{Script=Armenian}/u,
  Cherokee: /\p{Script=Cherokee}/u,
  Hebrew: /\p{Script=Hebrew}/u,
  Arabic: /\p{Script=Arabic}/u,
  Han: /\p{Script=Han}/u,
  Hiragana: /\p{Script=Hiragana}/u,
  Katakana: /\p{Script=Katakana}/u,
  Bopomofo: /\p{Script=Bopomofo}/u,
  Hangul: /\p{Script=Hangul}/u,
};
/** Written together as a matter of course (UTS 39 §5.2, highly restrictive). */
const TOGETHER = [
  ['Latin', 'Han', 'Hiragana', 'Katakana'],
  ['Latin', 'Han', 'Bopomofo'],
  ['Latin', 'Han', 'Hangul'],
];

const scriptOf = (letter: string): string =>
  Object.entries(SCRIPTS).find(([, pattern]) => pattern.test(letter))?.[0] ?? 'another script';

/**
 * A word whose letters are of scripts that nobody mixes, as in "Mаklerwelt" with a Cyrillic а.
 * @returns what is wrong, in words; null when nothing is
 */
export function mixedScriptsProblem(text: string): string | null {
  for (const word of text.normalize('NFC').match(/\p{L}[\p{L}\p{M}]*/gu) ?? []) {
    const letters = [...word].filter((character) => /\p{L}/u.test(character));
    const scripts = [...new Set(letters.map(scriptOf))];
    if (scripts.length < 2) continue;
    if (TOGETHER.some((group) => scripts.every((script) => group.includes(script)))) continue;
    const most = scripts.reduce((one, other) => (count(one) >= count(other) ? one : other));
    const odd = letters.find((letter) => scriptOf(letter) !== most) ?? '';
    const code = `U+${(odd.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}`;
    return `"${word}" mixes scripts: "${odd}" (${code}) is ${scriptOf(odd)}, among letters that are ${most}. Write the word in one script.`;

    function count(script: string): number {
      return letters.filter((letter) => scriptOf(letter) === script).length;
    }
  }
  return null;
}

/**
 * What remains of a name for the eye: look-alike characters as one (UTS 39 §4), no accents, case,
 * spaces and signs. Two, because an I may stand for an l as well as for an i.
 */
function skeletons(text: string): string[] {
  const bare = text.normalize('NFKD').replace(/\p{M}/gu, '');
  const tight = (skeleton: string) => skeleton.toLowerCase().replace(/[^\p{L}\p{N}]/gu, '');
  return [tight(unhomoglyph(bare)), tight(unhomoglyph(bare.toLowerCase()))];
}

function looksLike(one: string, other: string): boolean {
  if (one.normalize('NFC') === other.normalize('NFC')) return false;
  const others = skeletons(other);
  return skeletons(one).some((skeleton) => skeleton !== '' && others.includes(skeleton));
}

interface Named {
  name: string;
  publisher: string;
}

/**
 * What is wrong with a client's name and publisher: scripts that are mixed within a word, and near
 * copies of those that Flixcheck has verified.
 * @param verified the other clients whose publishers are verified
 */
export function lookAlikeErrors(
  client: Named,
  verified: readonly (Named & { clientId: string })[],
): FieldError[] {
  return (['name', 'publisher'] as const).flatMap((field): FieldError[] => {
    const text = client[field];
    const mixed = mixedScriptsProblem(text);
    if (mixed) return [{ field, code: 'mixed_scripts', message: mixed }];
    for (const other of verified) {
      const twin = [other.name, other.publisher].find((known) => looksLike(text, known));
      if (twin === undefined) continue;
      const message = `It looks like "${twin}" of the verified client ${other.clientId}, and is another one. Choose one that cannot be mistaken for it, or write it exactly the same.`;
      return [{ field, code: 'looks_alike', message }];
    }
    return [];
  });
}
