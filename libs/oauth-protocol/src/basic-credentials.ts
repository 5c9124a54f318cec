export interface BasicCredentials {
  clientId: string;
  clientSecret: string;
}

/**
 * Reads an `Authorization` header as HTTP Basic client credentials: base64 (RFC 7617), then
 * application/x-www-form-urlencoded decoding of each half (RFC 6749 §2.3.1, appendix B).
 *
 * @returns undefined when the header is absent or of another scheme, null when it is malformed
 */
export function parseBasicCredentials(
  header: string | undefined,
): BasicCredentials | null | undefined {
  if (header === undefined) return undefined;
  const match = /^basic(?: +(.*))?$/i.exec(header.trim());
  if (!match) return undefined;
  const encoded = match[1] ?? '';
  if (!/^[A-Za-z0-9+/_-]+={0,2}$/.test(encoded)) return null;
  const decoded = Buffer.from(encoded, 'base64').toString('utf8');
  const colon = decoded.indexOf(':');
  if (colon < 0) return null;
  const clientId = formDecode(decoded.slice(0, colon));
  const clientSecret = formDecode(decoded.slice(colon + 1));
  if (clientId === null || clientSecret === null || clientId === '') return null;
  return { clientId, clientSecret };
}

function formDecode(value: string): string | null {
  try {
    return decodeURIComponent(value.replace(/\+/g, ' '));
  } catch {
    return null;
  }
}
