import type { FastifyRequest } from 'fastify';

/** Every `Authorization` header of a request; Node itself would drop all but the first. */
export function authorizationHeaders(request: FastifyRequest): string[] {
  const { rawHeaders } = request.raw;
  const values: string[] = [];
  for (let at = 0; at < rawHeaders.length; at += 2) {
    if (rawHeaders[at]?.toLowerCase() === 'authorization') values.push(rawHeaders[at + 1] ?? '');
  }
  return values;
}
