import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { randomUUID } from 'node:crypto';
import { type IncomingMessage, type ServerResponse, STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import { SECOND } from '../config/clock.js';
import { ApiError } from './api-error.js';
import { type ErrorFilter, toProblem } from './exception.filter.js';

/**
 * How long a request may take to arrive, in milliseconds. Answers, such as streams, have no limit.
 */
export interface ArrivalLimits {
  /** From the first byte, or the connection, to the last of the headers. */
  headersMs: number;
  /**
   * The same to the last byte of the body: 64 kB in 60 s is what the slowest phone network does.
   */
  requestMs: number;
  /** How often to look for late ones. */
  checkEveryMs: number;
  /** How long a request that is still arriving may take once the program is told to stop. */
  closingMs: number;
}

export const ARRIVAL_LIMITS: ArrivalLimits = {
  headersMs: 20 * SECOND,
  requestMs: 60 * SECOND,
  checkEveryMs: 2 * SECOND,
  closingMs: 1 * SECOND,
};

/**
 * What Node's parser reports for bytes that are not HTTP, or for a request too long or too slow.
 */
const PROBLEMS_BY_CODE: Record<string, ApiError> = {
  HPE_HEADER_OVERFLOW: new ApiError(
    'malformed_request',
    'Address and headers of the request are longer than 16 kB together.',
    { status: 431 },
  ),
  ERR_HTTP_REQUEST_TIMEOUT: new ApiError(
    'request_timeout',
    `The request did not arrive in time: its headers within ${ARRIVAL_LIMITS.headersMs / SECOND} seconds, all of it within ${ARRIVAL_LIMITS.requestMs / SECOND}. Send it again.`,
  ),
};
const NO_HTTP = new ApiError('malformed_request', 'The request is not valid HTTP/1.1.');
const CLOSING = new ApiError(
  'service_unavailable',
  'The program is being stopped, and the request had not arrived; send it again.',
  { retryAfterSeconds: 1 },
);

/**
 * The request whose headers came last over a connection, and what Fastify made of it, if anything.
 */
interface Exchange {
  incoming: IncomingMessage;
  response: ServerResponse;
  request?: FastifyRequest;
  reply?: FastifyReply;
}

/**
 * Closes connections over which a request does not arrive completely: because it is not HTTP, comes
 * too slowly, or is still arriving when the program stops. The client gets a regular answer that
 * says so, and that the connection closes, or it would lose its next request.
 */
export class Arrivals {
  private readonly sockets = new Set<Socket>();
  private readonly exchanges = new WeakMap<Socket, Exchange>();

  constructor(
    private readonly publicUrl: string,
    private readonly filter: ErrorFilter,
    private readonly limits: ArrivalLimits,
    /** That every answer has. */
    private readonly headers: Readonly<Record<string, string>>,
  ) {}

  watch(server: FastifyInstance): void {
    server.server.on('connection', (socket: Socket) => {
      this.sockets.add(socket);
      socket.once('close', () => this.sockets.delete(socket));
    });
    // Before Fastify, some of whose answers reach no hook.
    server.server.prependListener('request', (incoming, response) => {
      this.exchanges.set(incoming.socket, { incoming, response });
    });
    server.addHook('onRequest', (request, reply, done) => {
      const exchange = this.exchanges.get(request.raw.socket);
      if (exchange) Object.assign(exchange, { request, reply });
      done();
    });
    server.addHook('preClose', (done) => {
      this.endUnfinished();
      done();
    });
  }

  /** For Node's `clientError`. */
  refuse({ code = '' }: NodeJS.ErrnoException, socket: Socket): void {
    if (code === 'ECONNRESET' || !socket.writable) socket.destroy();
    else this.end(socket, PROBLEMS_BY_CODE[code] ?? NO_HTTP);
  }

  /** Node closes idle connections itself, but waits for all others without a limit. */
  private endUnfinished(): void {
    for (const socket of this.sockets) {
      if (socket.bytesRead === 0) socket.destroy();
      else endWithAnswer(this.exchanges.get(socket));
    }
    setTimeout(() => {
      for (const socket of this.sockets) {
        const exchange = this.exchanges.get(socket);
        if (isAnswerDue(exchange)) continue;
        if (exchange?.incoming.complete) socket.destroySoon();
        else this.end(socket, CLOSING);
      }
    }, this.limits.closingMs).unref();
  }

  private end(socket: Socket, problem: ApiError): void {
    const exchange = this.exchanges.get(socket);
    if (isAnswerDue(exchange)) {
      // An answer to a complete request has begun: an error would be taken for the rest of it.
      socket.destroy();
    } else if (!exchange || exchange.incoming.complete) {
      this.write(socket, problem);
    } else if (exchange.reply && exchange.request && !exchange.response.headersSent) {
      exchange.reply.header('connection', 'close');
      this.filter.render(problem, exchange.request, exchange.reply);
    } else {
      socket.destroySoon();
    }
  }

  /** Answers bytes that never became a request. */
  private write(socket: Socket, problem: ApiError): void {
    const body = JSON.stringify(toProblem(problem, this.publicUrl, randomUUID()));
    socket.end(
      [
        `HTTP/1.1 ${problem.status} ${STATUS_CODES[problem.status]}`,
        'Connection: close',
        'Cache-Control: no-store',
        'Content-Type: application/problem+json',
        `Content-Length: ${Buffer.byteLength(body)}`,
        ...Object.entries(this.headers).map(([name, value]) => `${name}: ${value}`),
        '',
        body,
      ].join('\r\n'),
    );
  }
}

function isAnswerDue(exchange: Exchange | undefined): boolean {
  return exchange?.incoming.complete === true && !exchange.response.writableFinished;
}

/** Otherwise the connection of a request that is being answered would wait for the next one. */
function endWithAnswer(exchange: Exchange | undefined): void {
  if (!exchange || exchange.response.writableFinished) return;
  const { response, incoming } = exchange;
  if (response.headersSent) response.once('finish', () => incoming.socket.destroySoon());
  else response.setHeader('connection', 'close');
}
