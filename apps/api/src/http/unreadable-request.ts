import { randomUUID } from 'node:crypto';
import { STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import { ApiError } from './api-error.js';
import { toProblem } from './exception.filter.js';

/** What Node's parser says about bytes that are no request of HTTP, or too long a one. */
const STATUSES: Record<string, number> = {
  HPE_HEADER_OVERFLOW: 431,
  ERR_HTTP_REQUEST_TIMEOUT: 408,
};

/**
 * Answers what never became a request, as a problem like all others, and says that the connection
 * ends: a client that believed it open would lose its next request.
 */
export function refuseUnreadable(publicUrl: string): (error: Error, socket: Socket) => void {
  return (error, socket) => {
    const { code = '' } = error as NodeJS.ErrnoException;
    if (code === 'ECONNRESET' || !socket.writable) {
      socket.destroy();
      return;
    }
    const status = STATUSES[code] ?? 400;
    const problem = new ApiError(
      'malformed_request',
      status === 431
        ? 'Address and headers of the request are longer than 16 kB together.'
        : 'The request is not valid HTTP/1.1, or did not arrive in time.',
      { status },
    );
    const body = JSON.stringify(toProblem(problem, publicUrl, randomUUID()));
    socket.end(
      [
        `HTTP/1.1 ${status} ${STATUS_CODES[status]}`,
        'Connection: close',
        'Cache-Control: no-store',
        'Content-Type: application/problem+json',
        `Content-Length: ${Buffer.byteLength(body)}`,
        '',
        body,
      ].join('\r\n'),
    );
  };
}
