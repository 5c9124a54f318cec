/** The loopback hosts that RFC 8252 §7.3 and §8.3 allow with plain http. */
const LOOPBACK_HOSTS = ['127.0.0.1', '[::1]', 'localhost'];

/** Schemes which a browser would run or open locally rather than send a code to. */
const REGISTRABLE_SCHEMES = ['https:', 'http:'];

export const MAX_URI_LENGTH = 2000;

/** What the response adds to the query (RFC 6749 §4.1.2, RFC 9207 §2). */
const RESPONSE_PARAMETERS = ['code', 'state', 'iss', 'error', 'error_description', 'error_uri'];

function parse(uri: string): URL | null {
  try {
    return new URL(uri);
  } catch {
    return null;
  }
}

/**
 * In words for callers of the API and the command line; `{}` stands for the parameter. The portal
 * has its own, in the reader's language (`i18n/registry`).
 */
const FAULTS = {
  too_long: `must be at most ${MAX_URI_LENGTH} characters long`,
  characters: 'must be an ASCII URI without spaces, control characters and backslashes',
  not_absolute: 'must be an absolute https:// URI, or http:// on a loopback address',
  fragment: 'must not have a fragment (RFC 6749 §3.1.2)',
  user_information: 'must not carry user information',
  wildcard: 'must not contain wildcards: redirect URIs match exactly',
  response_parameter:
    'must not have {} in its query: the response carries it, and only once (RFC 6749 §3.1)',
  not_https: 'must use https, except on a loopback address (127.0.0.1, [::1], localhost)',
};

/** Why a URI may not be registered as a redirect URI. */
export interface RedirectUriFault {
  fault: keyof typeof FAULTS;
  /** Of `response_parameter`: which one. */
  parameter?: string;
}

/** @returns null when the URI may be registered as a redirect URI */
export function redirectUriFault(uri: string): RedirectUriFault | null {
  if (uri.length > MAX_URI_LENGTH) return { fault: 'too_long' };
  if (/[\x00-\x20\x7f-\uffff\\]/.test(uri)) return { fault: 'characters' };
  const url = parse(uri);
  if (!url || !REGISTRABLE_SCHEMES.includes(url.protocol) || !/^https?:\/\/[^/?#]/.test(uri)) {
    return { fault: 'not_absolute' };
  }
  if (uri.includes('#')) return { fault: 'fragment' };
  if (url.username !== '' || url.password !== '' || authority(uri).includes('@')) {
    return { fault: 'user_information' };
  }
  if (uri.includes('*')) return { fault: 'wildcard' };
  const parameter = RESPONSE_PARAMETERS.find((name) => url.searchParams.has(name));
  if (parameter !== undefined) return { fault: 'response_parameter', parameter };
  if (url.protocol === 'http:' && !LOOPBACK_HOSTS.includes(url.hostname)) {
    return { fault: 'not_https' };
  }
  return null;
}

/**
 * Whether a URI may be registered as a redirect URI.
 * @returns null when it may, else the reason in words for the operator
 */
export function redirectUriProblem(uri: string): string | null {
  const found = redirectUriFault(uri);
  return found && FAULTS[found.fault].replace('{}', found.parameter ?? '');
}

/**
 * Whether a requested redirect URI is one of the registered: character for character (RFC 9700
 * §2.1), except that a native client's loopback IP URI matches on any port (RFC 8252 §7.3).
 *
 * @param requested the URI as it came in, undecoded further
 * @param registered the client's redirect URIs
 * @param native whether the client is a public one, which alone may vary the port
 */
export function matchesRedirectUri(
  requested: string,
  registered: readonly string[],
  native: boolean,
): boolean {
  if (registered.includes(requested)) return true;
  if (!native || redirectUriProblem(requested) !== null) return false;
  const wanted = withoutLoopbackPort(requested);
  return wanted !== null && registered.some((uri) => withoutLoopbackPort(uri) === wanted);
}

/** The URI with its port cut out, for `http` on a loopback IP literal; null for all others. */
function withoutLoopbackPort(uri: string): string | null {
  const match = /^http:\/\/(127\.0\.0\.1|\[::1\])(?::(\d{1,5}))?(?=[/?]|$)(.*)$/.exec(uri);
  if (!match) return null;
  const [, host = '', port, rest = ''] = match;
  if (port !== undefined && (Number(port) < 1 || Number(port) > 65535)) return null;
  return `http://${host}${rest}`;
}

function authority(uri: string): string {
  return /^[a-z]+:\/\/([^/?#]*)/i.exec(uri)?.[1] ?? '';
}

/**
 * Adds the parameters of an authorization response to a redirect URI, keeping the query that is
 * registered with it as it stands (RFC 6749 §3.1.2, §4.1.2).
 */
export function withResponseParameters(
  redirectUri: string,
  parameters: Readonly<Record<string, string | undefined>>,
): string {
  const query = Object.entries(parameters)
    .filter((entry): entry is [string, string] => entry[1] !== undefined)
    .map(([name, value]) => `${encodeURIComponent(name)}=${encodeURIComponent(value)}`)
    .join('&');
  const separator = !redirectUri.includes('?') ? '?' : /[?&]$/.test(redirectUri) ? '' : '&';
  return `${redirectUri}${separator}${query}`;
}

/** The host (with port, where it is not the scheme's own) that the browser will be sent to. */
export function redirectHost(redirectUri: string): string {
  return new URL(redirectUri).host;
}
