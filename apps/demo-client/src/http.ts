import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Html } from './html.js';

const LARGEST_FORM = 10_000;

/** The page loads nothing but its own stylesheet and logo, and runs no script at all. */
const PAGE_HEADERS = {
  'content-type': 'text/html; charset=utf-8',
  'cache-control': 'no-store',
  'content-security-policy':
    "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
  'referrer-policy': 'same-origin',
  'x-content-type-options': 'nosniff',
};

export function sendPage(response: ServerResponse, status: number, page: Html): void {
  response.writeHead(status, PAGE_HEADERS).end(page.text);
}

export function sendAsset(response: ServerResponse, type: string, content: Buffer): void {
  response
    .writeHead(200, {
      'content-type': type,
      'cache-control': 'no-cache',
      'x-content-type-options': 'nosniff',
      // The logo may be shown by others, Flixcheck's pages among them.
      'cross-origin-resource-policy': 'cross-origin',
    })
    .end(content);
}

/** 303: what follows a form, or a callback, is always a plain GET. */
export function redirect(response: ServerResponse, location: string | URL): void {
  response
    .writeHead(303, {
      location: String(location),
      'cache-control': 'no-store',
      'referrer-policy': 'same-origin',
    })
    .end();
}

export function readCookie(request: IncomingMessage, name: string): string | undefined {
  for (const pair of (request.headers.cookie ?? '').split(';')) {
    const [key, value] = pair.trim().split('=', 2);
    if (key === name) return value;
  }
  return undefined;
}

/** Cookies of `localhost` are shared by its ports, hence names that nobody else uses. */
export function setCookie(
  response: ServerResponse,
  name: string,
  value: string,
  maxAgeSeconds?: number,
): void {
  const age = maxAgeSeconds === undefined ? '' : `; Max-Age=${maxAgeSeconds}`;
  response.appendHeader('set-cookie', `${name}=${value}; Path=/; HttpOnly; SameSite=Lax${age}`);
}

/** A form that another site's page sent in the user's name (CSRF) is not to be acted on. */
export function comesFromElsewhere(request: IncomingMessage): boolean {
  const { origin, host } = request.headers;
  const site = request.headers['sec-fetch-site'];
  if (site !== undefined) return site !== 'same-origin';
  return origin !== undefined && origin !== `http://${host}`;
}

export async function readForm(request: IncomingMessage): Promise<URLSearchParams> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > LARGEST_FORM) throw new Error('The form is too large');
    chunks.push(chunk);
  }
  return new URLSearchParams(Buffer.concat(chunks).toString('utf8'));
}
