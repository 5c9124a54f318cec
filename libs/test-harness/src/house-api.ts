import { type Answer, send } from './http.js';

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

/** One request to the house API, in its envelope. */
export function call(
  url: string,
  method: string,
  path: string,
  { headers, resource }: CallOptions = {},
): Promise<Answer<HouseBody>> {
  const json = resource === undefined ? undefined : { resource };
  return send<HouseBody>(url, path, { method, headers, json });
}
