const MOST_MISTAKES = 2;

/**
 * The one of these ids that was most likely meant.
 * @param sent by somebody who may have mistyped it
 * @returns undefined where none differs by two characters at most, whatever their case
 */
export function nearestClientId(sent: string, known: readonly string[]): string | undefined {
  const [nearest] = known
    .map((id) => ({ id, mistakes: mistakesIn(sent.trim().toLowerCase(), id.toLowerCase()) }))
    .filter(({ mistakes }) => mistakes <= MOST_MISTAKES)
    .sort((a, b) => a.mistakes - b.mistakes);
  return nearest?.id;
}

/** How many characters have to be put in, taken out or exchanged: the distance of Levenshtein. */
function mistakesIn(sent: string, meant: string): number {
  if (Math.abs(sent.length - meant.length) > MOST_MISTAKES) return Infinity;
  let before = Array.from({ length: meant.length + 1 }, (_, at) => at);
  for (const [row, character] of [...sent].entries()) {
    const line = [row + 1];
    for (let at = 1; at <= meant.length; at += 1) {
      const exchanged = (before[at - 1] ?? 0) + (character === meant[at - 1] ? 0 : 1);
      line.push(Math.min(exchanged, (before[at] ?? 0) + 1, (line[at - 1] ?? 0) + 1));
    }
    before = line;
  }
  return before.at(-1) ?? 0;
}
