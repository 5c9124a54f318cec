/** Characters shown on each side of the first difference. */
const AROUND = 16;
const MAX_WHOLE = 300;

export interface RedirectUriDifference {
  /** Of the first character that differs, counted from 1. */
  position: number;
  expected: string;
  sent: string;
  /** All that was sent, to try the same again; null where it is longer than anybody would read. */
  whole: string | null;
}

/**
 * Where a redirect URI begins to differ from the closest of those that it should have been, with
 * some characters of both around that place.
 * @param expected at least one
 */
export function redirectUriDifference(
  sent: string,
  expected: readonly string[],
): RedirectUriDifference | undefined {
  const [closest] = expected
    .map((uri) => ({ uri, prefix: commonLength(uri, sent), suffix: commonEnd(uri, sent) }))
    .sort((a, b) => b.prefix + b.suffix - (a.prefix + a.suffix));
  if (!closest) return undefined;
  const { uri, prefix } = closest;
  return {
    position: prefix + 1,
    expected: around(uri, prefix),
    sent: around(sent, prefix),
    whole: sent.length > MAX_WHOLE ? null : sent,
  };
}

function commonLength(a: string, b: string): number {
  let length = 0;
  while (length < a.length && length < b.length && a[length] === b[length]) length++;
  return length;
}

function commonEnd(a: string, b: string): number {
  let length = 0;
  const most = Math.min(a.length, b.length) - commonLength(a, b);
  while (length < most && a.at(-1 - length) === b.at(-1 - length)) length++;
  return length;
}

function around(uri: string, index: number): string {
  const from = Math.max(0, index - AROUND);
  const to = index + AROUND;
  const before = from > 0 ? '…' : '';
  const after = to < uri.length ? '…' : '';
  return `${before}${uri.slice(from, to)}${after}`;
}
