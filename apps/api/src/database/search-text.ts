/**
 * How lists are sorted and searched by names. The collation is ICU's for German, where ä stands
 * beside a and ß beside ss; it is deterministic, so that a cursor has one place in the order.
 */
export const NAME_COLLATION = '"de-x-icu"';

const lower = (sql: string): string => `lower((${sql}) COLLATE ${NAME_COLLATION})`;

/** Without accents, and with the letters replaced that have none to remove, such as ø. */
const plain = (sql: string): string =>
  `translate(replace(regexp_replace(normalize(${sql}, NFD), '[\\u0300-\\u036f]', '', 'g'), 'ß', 'ss'), 'łøđı', 'lodi')`;

const UMLAUTS = ['ä', 'ö', 'ü'] as const;
const SPELLED = { ä: 'ae', ö: 'oe', ü: 'ue' };

/** With umlauts spelt out, as people type them who have no key for them. */
const spelled = (sql: string): string =>
  UMLAUTS.reduce(
    (text, letter) => `replace(${text}, '${letter}', '${SPELLED[letter]}')`,
    `normalize(${lower(sql)}, NFC)`,
  );

/**
 * The text that a list is searched in: both spellings (`muller`, `mueller`), in lower case.
 * @param sql an expression of type text
 */
export function searchable(sql: string): string {
  return `(${plain(lower(sql))} || ' ' || ${plain(spelled(sql))})`;
}

/**
 * Whether a word occurs in a `searchable` text, in either spelling: `Müller` finds Mueller, too. No
 * wildcards: a `%` is a per cent sign.
 * @param text an expression made by `searchable`
 * @param word a parameter, as somebody typed it
 */
export function contains(text: string, word: string): string {
  const typed = `${word}::text`;
  const found = [lower(typed), spelled(typed)].map((sql) => `strpos(${text}, ${plain(sql)}) > 0`);
  return `(${found.join(' OR ')})`;
}

/** The words of a search: all of them must be found, in any order. */
export function searchWords(search: string | undefined): string[] {
  return (search ?? '').split(/\s+/).filter((word) => word !== '');
}
