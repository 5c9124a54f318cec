/** Where to go after signing in: an address inside the portal, or its start page. */
export function safeReturnTo(returnTo: string | null | undefined): string {
  // A second slash or a backslash would make it another host (`//evil.example`, `/\evil.example`).
  if (!returnTo || !/^\/(?![/\\])/.test(returnTo)) return '/';
  // Control characters are dropped by URL parsers, and could hide such a second slash.
  if (/[\u0000-\u001f\u007f]/.test(returnTo)) return '/';
  if (/^\/sign-in(?:[/?#]|$)/.test(returnTo)) return '/';
  return returnTo;
}

/** The client that an authorize address is for, in either spelling (RFC 6749 §4.1.1 and ours). */
export function clientIdOf(returnTo: string): string | null {
  const match = /^\/oauth\/authorize\?([^#]*)/.exec(returnTo);
  if (!match) return null;
  const query = new URLSearchParams(match[1]);
  return query.get('clientId') ?? query.get('client_id');
}
