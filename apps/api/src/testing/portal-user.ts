import { DEMO_PASSWORD } from '../database/demo-data.js';

export interface Answer<Body = Record<string, unknown>> {
  status: number;
  headers: Headers;
  body: Body;
}

/** What a test reads from any answer of the house API. */
export interface HouseBody {
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- tests assert on what they find
  resource: any;
  // eslint-disable-next-line @typescript-eslint/no-explicit-any
  resources: any[];
  meta: { nextCursor?: string; total: number };
  code: string;
  detail: string;
  requestId: string;
  retryAfterSeconds?: number;
  errors: { field: string; code: string; message: string }[];
}

export interface CallOptions {
  headers?: Record<string, string>;
  /** Sent as `{"resource": …}`. */
  resource?: unknown;
}

/** One request; the answer's body is parsed where there is one. */
export async function call(
  url: string,
  method: string,
  path: string,
  { headers = {}, resource }: CallOptions = {},
): Promise<Answer<HouseBody>> {
  const response = await fetch(`${url}${path}`, {
    method,
    headers: {
      ...(resource !== undefined && { 'content-type': 'application/json' }),
      ...headers,
    },
    body: resource === undefined ? undefined : JSON.stringify({ resource }),
  });
  const text = await response.text();
  const body = (text === '' ? {} : JSON.parse(text)) as HouseBody;
  return { status: response.status, headers: response.headers, body };
}

/** Someone who is signed in to the portal. */
export interface PortalUser {
  id: string;
  accountId: string;
  sessionId: string;
  /** For the header `Cookie`. */
  cookie: string;
  call: (method: string, path: string, options?: CallOptions) => Promise<Answer<HouseBody>>;
}

export async function signIn(
  url: string,
  email = 'user@musterhaus.example',
  password = DEMO_PASSWORD,
): Promise<PortalUser> {
  const answer = await call(url, 'POST', '/guest/v7/sessions', { resource: { email, password } });
  if (answer.status !== 201) throw new Error(`sign-in: ${JSON.stringify(answer.body)}`);
  const cookie = answer.headers.getSetCookie()[0]?.split(';', 1)[0] ?? '';
  const { id, user, account } = answer.body.resource;
  return {
    id: user.id,
    accountId: account.id,
    sessionId: id,
    cookie,
    call: (method, path, options = {}) =>
      call(url, method, path, { ...options, headers: { cookie, ...options.headers } }),
  };
}
