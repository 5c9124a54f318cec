/**
 * SQL for an id as the API makes those of connections, codes and token families: version 7 of
 * RFC 9562 §5.7, which grows with time. The same for the same text.
 * @param at SQL for the milliseconds, counted from a day in November 2025
 * @param text SQL for what the rest is made of
 */
export const idAt = (at, text) => `(
  lpad(to_hex(1764000000000 + ${at}), 12, '0') || '7' || substr(md5(${text}), 1, 3)
    || '8' || substr(md5(${text}), 4, 15))::uuid`;
