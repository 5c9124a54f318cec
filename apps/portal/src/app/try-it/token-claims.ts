/** A JWT taken apart, without a check of its signature: that is for whoever accepts it. */
export interface DecodedToken {
  header: Record<string, unknown>;
  claims: Record<string, unknown>;
}

/** Null for what is no JWT. */
export function decodeToken(token: string): DecodedToken | null {
  const [header, claims, signature] = token.split('.');
  if (!header || !claims || !signature) return null;
  try {
    return { header: part(header), claims: part(claims) };
  } catch {
    return null;
  }
}

function part(encoded: string): Record<string, unknown> {
  const bytes = atob(encoded.replaceAll('-', '+').replaceAll('_', '/'));
  const text = new TextDecoder().decode(Uint8Array.from(bytes, (sign) => sign.charCodeAt(0)));
  return JSON.parse(text) as Record<string, unknown>;
}
