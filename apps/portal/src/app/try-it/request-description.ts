/**
 * A value that nobody should read over the developer's shoulder. Samples name an environment
 * variable in its place until the developer asks to see it.
 */
export interface Secret {
  variable: string;
  /** Null where no script can read it: the cookie of the session. */
  value: string | null;
  prefix?: string;
  suffix?: string;
}

export type Value = string | Secret;
export type Values = Readonly<Record<string, Value>>;
export interface JsonBody {
  readonly [name: string]: Value | JsonBody;
}

/** One request: what is sent, and what every sample of it is made of. */
export interface RequestDescription {
  method: 'GET' | 'POST';
  /** Absolute; holds no secret. */
  url: string;
  headers: Values;
  /** At most one of the two. */
  form?: Values;
  json?: JsonBody;
}

export interface Answer {
  status: number;
  /** Empty over HTTP/2. */
  statusText: string;
  /** Those that matter to a developer, by the API's names. */
  headers: readonly (readonly [name: string, value: string])[];
  body: string;
}

/** What an exchange or a refresh is answered with. */
export interface Tokens {
  accessToken: string;
  refreshToken: string;
}

const HEADERS_SHOWN = [
  'Content-Type',
  'Cache-Control',
  'WWW-Authenticate',
  'Retry-After',
  'X-Request-Id',
];

/** Goes along only where the browser sends it by itself. */
export const SESSION_COOKIE: Values = { Cookie: { variable: 'SESSION_COOKIE', value: null } };

export function isSecret(value: Value | JsonBody): value is Secret {
  return typeof value === 'object' && typeof value['variable'] === 'string';
}

/** As it goes over the wire. */
export function plain(value: Value): string {
  if (typeof value === 'string') return value;
  return `${value.prefix ?? ''}${value.value ?? ''}${value.suffix ?? ''}`;
}

/**
 * Sends it from this browser. The session's cookie goes along only where the request asks for it, so
 * that a token is judged alone.
 * @throws TypeError when no answer came
 */
export async function send(request: RequestDescription): Promise<Answer> {
  const { Cookie: cookie, ...headers } = request.headers;
  const answer = await fetch(request.url, {
    method: request.method,
    headers: Object.fromEntries([
      ...Object.entries(headers).map(([name, value]) => [name, plain(value)]),
      ...(request.json ? [['Content-Type', 'application/json']] : []),
    ]) as Record<string, string>,
    ...(request.form && { body: new URLSearchParams(plainValues(request.form)) }),
    ...(request.json && { body: JSON.stringify(plainJson(request.json)) }),
    credentials: cookie ? 'same-origin' : 'omit',
    cache: 'no-store',
  });
  return {
    status: answer.status,
    statusText: answer.statusText,
    headers: HEADERS_SHOWN.flatMap((name) => {
      const value = answer.headers.get(name);
      return value === null ? [] : [[name, value] as const];
    }),
    body: await answer.text(),
  };
}

function plainValues(values: Values): Record<string, string> {
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [name, plain(value)]));
}

function plainJson(body: JsonBody): object {
  return Object.fromEntries(
    Object.entries(body).map(([name, value]) => [
      name,
      typeof value === 'string' || isSecret(value) ? plain(value) : plainJson(value),
    ]),
  );
}
