import { Agent, request, type IncomingHttpHeaders, type OutgoingHttpHeaders } from 'node:http';

/** A request as it goes over the wire: neither path nor headers are tidied up, as `fetch` would. */
export interface Message {
  /** POST where there is a body, else GET. */
  method?: string;
  /** A list is sent as so many header lines. */
  headers?: Readonly<Record<string, string | string[] | undefined>>;
  json?: unknown;
  form?: Form;
  /** Sent as it is; its `content-type`, if any, is among the headers. */
  body?: string | Buffer;
}

/** The list form can repeat a parameter; what is undefined is left out. */
export type Form = Parameters | readonly (readonly [string, string])[];

export type Parameters = Readonly<Record<string, string | undefined>>;

export interface Answer<Body> {
  status: number;
  headers: IncomingHttpHeaders;
  text: string;
  /** The text parsed as JSON; undefined if it is not JSON. */
  body: Body;
}

/** RFC 9457, as every endpoint but the OAuth ones answers errors. */
export interface Problem {
  type: string;
  title: string;
  status: number;
  detail: string;
  code: string;
  requestId: string;
  errors?: { field: string; code: string; message: string }[];
  redirectTo?: string;
  retryAfterSeconds?: number;
}

/** What was sent, and what came back. */
export interface Exchange {
  method: string;
  path: string;
  answer: Answer<unknown>;
}

const witnesses = new Set<(exchange: Exchange) => void>();

/** @returns every exchange from now on, in the order in which the answers came */
export function witness(): readonly Exchange[] {
  const exchanges: Exchange[] = [];
  witnesses.add((exchange) => exchanges.push(exchange));
  return exchanges;
}

const agent = new Agent({ keepAlive: true, maxSockets: 64 });
const ANSWER_WITHIN_MS = 20_000;

export function send<Body = Problem>(
  url: string,
  path: string,
  { method, headers, json, form, body }: Message = {},
): Promise<Answer<Body>> {
  const [payload, type] = payloadOf(json, form, body);
  const { hostname, port } = new URL(url);
  return new Promise((resolve, reject) => {
    const outgoing = request(
      {
        agent,
        hostname,
        port,
        path,
        method: method ?? (payload === undefined ? 'GET' : 'POST'),
        headers: defined({
          ...(type !== undefined && { 'content-type': type }),
          ...(payload !== undefined && { 'content-length': Buffer.byteLength(payload) }),
          ...headers,
        }),
        timeout: ANSWER_WITHIN_MS,
      },
      (incoming) => {
        const chunks: Buffer[] = [];
        incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
        incoming.on('error', reject);
        incoming.on('end', () => {
          const text = Buffer.concat(chunks).toString();
          const { statusCode = 0, headers: received } = incoming;
          const answer = {
            ...{ status: statusCode, headers: received },
            ...{ text, body: parse(text) as Body },
          };
          for (const tell of witnesses) tell({ method: outgoing.method, path, answer });
          resolve(answer);
        });
      },
    );
    outgoing.on('timeout', () => outgoing.destroy(new Error(`no answer: ${path}`)));
    outgoing.on('error', reject);
    outgoing.end(payload);
  });
}

/** A query without the question mark, encoded as a form is. */
export function query(parameters: Form): string {
  return new URLSearchParams(pairs(parameters)).toString();
}

export const bearer = (token: string): { authorization: string } => ({
  authorization: `Bearer ${token}`,
});

/** Node refuses a header that is undefined. */
function defined(headers: object): OutgoingHttpHeaders {
  return Object.fromEntries(Object.entries(headers).filter(([, value]) => value !== undefined));
}

function payloadOf(
  json: unknown,
  form: Form | undefined,
  body: string | Buffer | undefined,
): [payload?: string | Buffer, type?: string] {
  if (json !== undefined) return [JSON.stringify(json), 'application/json'];
  if (form !== undefined) return [query(form), 'application/x-www-form-urlencoded'];
  return [body];
}

function pairs(parameters: Form): [string, string][] {
  const entries: readonly (readonly [string, string | undefined])[] = Array.isArray(parameters)
    ? parameters
    : Object.entries(parameters);
  return entries.flatMap(([name, value]) => (value === undefined ? [] : [[name, value]]));
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
