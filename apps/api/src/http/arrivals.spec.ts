import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Body, Controller, type MessageEvent, Module, Post, Sse } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import pino from 'pino';
import { Observable, Subject } from 'rxjs';
import { parseConfig } from '../config/config.js';
import { AppLogger } from '../telemetry/app-logger.js';
import { AllowAnyone, AllowClient } from './access.js';
import { ErrorFilter } from './exception.filter.js';
import { createAdapter, prepareServer } from './server.js';

const LIMITS = { headersMs: 300, requestMs: 600, checkEveryMs: 20, closingMs: 100 };

let release: Subject<void>;
let reached: Subject<unknown>;

@Controller()
class Probe {
  @Post('house')
  @AllowAnyone()
  house(@Body() body: unknown) {
    return { body };
  }
  @Post('client')
  @AllowClient()
  client(@Body() body: unknown) {
    return { body };
  }
  @Post('slow')
  @AllowAnyone()
  async slow(@Body() body: unknown) {
    reached.next(body);
    await new Promise<void>((resolve) => release.subscribe(() => resolve()));
    return { answered: true };
  }
  @Sse('stream')
  @AllowAnyone()
  stream(): Observable<MessageEvent> {
    return new Observable((subscriber) => {
      subscriber.next({ data: 'open' });
      release.subscribe(() => subscriber.next({ data: 'released' }));
    });
  }
}

@Module({ controllers: [Probe] })
class ProbeModule {}

let app: NestFastifyApplication;
let port: number;
let sockets: Socket[];

beforeEach(async () => {
  release = new Subject();
  reached = new Subject();
  sockets = [];
  const config = {
    ...parseConfig({ DATABASE_URL: 'postgres://nowhere', APP_SECRET: 'x'.repeat(32) }),
    databaseUrl: '',
    appSecret: '',
  };
  const logger = new AppLogger(pino({ level: 'silent' }));
  app = await NestFactory.create<NestFastifyApplication>(
    ProbeModule,
    await createAdapter(config, logger, LIMITS),
    { logger: false },
  );
  app.useGlobalFilters(new ErrorFilter(config.publicUrl, logger));
  await prepareServer(app, config, logger);
  await app.listen({ port: 0, host: '127.0.0.1' });
  ({ port } = app.getHttpServer().address() as { port: number });
});
afterEach(async () => {
  for (const socket of sockets) socket.destroy();
  await app.close();
});

/** A connection that sends what it is told to, and no more. */
function open(...text: string[]) {
  const socket = connect(port, '127.0.0.1');
  sockets.push(socket);
  let received = '';
  socket.setEncoding('utf8').on('data', (chunk) => (received += chunk));
  socket.on('error', () => undefined);
  socket.write(text.join('\r\n'));
  const closed = once(socket, 'close');
  return {
    socket,
    received: () => received,
    closed: async () => {
      await closed;
      return parse(received);
    },
    until: async (part: string) => {
      while (!received.includes(part)) await once(socket, 'data');
    },
  };
}

function parse(answer: string) {
  const [head = '', body = ''] = answer.split('\r\n\r\n');
  const answers = answer.split('HTTP/1.1 ').length - 1;
  return { answers, status: Number(head.split(' ')[1]), head: head.toLowerCase(), body };
}

const HEAD = (path: string) => [
  `POST ${path} HTTP/1.1`,
  'Host: x',
  'Content-Type: application/json',
];
const UNFINISHED = (path: string) => [...HEAD(path), 'Content-Length: 100', '', '{"a":'];

describe('a request that does not arrive in time', () => {
  it('is 408 as a problem, and its connection ends: the body', async () => {
    const { closed } = open(...UNFINISHED('/house'));
    const { answers, status, head, body } = await closed();
    expect([answers, status]).toEqual([1, 408]);
    expect(head).toContain('content-type: application/problem+json');
    expect(head).toContain('connection: close');
    expect(JSON.parse(body)).toMatchObject({
      status: 408,
      code: 'request_timeout',
      detail: expect.stringContaining('Send it again'),
      requestId: expect.stringMatching(/^[0-9a-f-]{36}$/),
    });
  });

  it('however regularly a byte of it comes', async () => {
    const { socket, closed } = open(...UNFINISHED('/house'));
    const drip = setInterval(() => socket.writable && socket.write(' '), 50);
    const { status } = await closed();
    clearInterval(drip);
    expect(status).toBe(408);
  });

  it('is a flat error at the OAuth endpoints (RFC 6749 §5.2)', async () => {
    const { status, body } = await open(...UNFINISHED('/client')).closed();
    expect(status).toBe(408);
    expect(JSON.parse(body)).toEqual({
      error: 'invalid_request',
      error_description: expect.stringMatching(/did not arrive in time.*\(request id: /),
    });
  });

  it('is 408 as a problem: the headers', async () => {
    const { status, body } = await open('GET /house HTTP/1.1', 'Host: x', 'X-Slow').closed();
    expect([status, JSON.parse(body).code]).toEqual([408, 'request_timeout']);
  });

  it('is no request at all: a connection that says nothing', async () => {
    expect((await open('').closed()).status).toBe(408);
  });

  it('gets no second answer after the one that came before its end', async () => {
    const [, ...headers] = UNFINISHED('/house');
    const { answers, status } = await open('GET /house HTTP/1.1', ...headers).closed();
    expect([answers, status]).toEqual([1, 405]);
  });

  it('does not shut out a slow one that arrives in time', async () => {
    const { socket, until } = open(...HEAD('/house'), 'Content-Length: 11', '', '');
    for (const byte of '{"a":"b"}  ') {
      await new Promise((resolve) => setTimeout(resolve, LIMITS.requestMs / 30));
      socket.write(byte);
    }
    await until('{"body":{"a":"b"}}');
  });
});

describe('an answer may take any time', () => {
  it('a stream goes on', async () => {
    const { socket, until } = open('GET /stream HTTP/1.1', 'Host: x', '', '');
    await until('data: open');
    // The stream outlasts the time that any request may take to arrive: another one has timed out.
    await open(...UNFINISHED('/house')).closed();
    expect(socket.destroyed).toBe(false);
    release.next();
    await until('data: released');
  });

  it('is never replaced by an error about what came after its request', async () => {
    const arrived = firstOf(reached);
    const { socket, closed } = open(...HEAD('/slow'), 'Content-Length: 2', '', '{}');
    await arrived;
    socket.write('no HTTP\r\n\r\n');
    expect((await closed()).answers).toBe(0);
  });
});

describe('bytes that are not HTTP', () => {
  it('are a problem', async () => {
    const { status, body } = await open('no HTTP', '', '').closed();
    expect([status, JSON.parse(body).code]).toEqual([400, 'malformed_request']);
  });

  it('within a body are the answer to its request', async () => {
    const chunked = [...HEAD('/client'), 'Transfer-Encoding: chunked', '', 'zz', '', ''];
    const { answers, status, body } = await open(...chunked).closed();
    expect([answers, status]).toEqual([1, 400]);
    expect(JSON.parse(body).error).toBe('invalid_request');
  });
});

describe('an answer that no route gives has the headers that protect browsers:', () => {
  it.each([
    ['to bytes that are not HTTP', 'no HTTP'],
    ['to an address that cannot be read', 'GET /%zz HTTP/1.1\r\nHost: x\r\nConnection: close'],
    ['to a request that comes too slowly', 'GET /house HTTP/1.1\r\nHost: x\r\nX-Slow'],
  ])('%s', async (_, text) => {
    const end = text.endsWith('Slow') ? [] : ['', ''];
    const { status, head } = await open(text, ...end).closed();
    expect([400, 408]).toContain(status);
    expect(head).toContain('x-content-type-options: nosniff');
    expect(head).toContain("frame-ancestors 'none'");
    expect(head).toContain('permissions-policy: ');
  });
});

it('TRACE brings nothing of a request back (RFC 9110 §9.3.8)', async () => {
  const secret = 'Cookie: session=a-secret';
  const request = ['TRACE /house HTTP/1.1', 'Host: x', secret, 'Connection: close', '', ''];
  const { status, head, body } = await open(...request).closed();
  expect([404, 405]).toContain(status);
  expect(`${head}${body}`).not.toContain('a-secret');
});

describe('when the program stops', () => {
  const closing = async () => {
    const startedAt = performance.now();
    await app.close();
    return performance.now() - startedAt;
  };

  it('a request whose body is still arriving is told to try again, and holds nothing up', async () => {
    const headers = [...HEAD('/house'), 'Expect: 100-continue', 'Content-Length: 9', '', ''];
    const { until, socket, received, closed } = open(...headers);
    await until('100 Continue');
    socket.write('{');
    expect(await closing()).toBeLessThan(LIMITS.headersMs);
    await closed();
    expect(received()).toMatch(/HTTP\/1\.1 503 [^]*connection: close[^]*"service_unavailable"/i);
  });

  it.each([
    ['one that says nothing', ''],
    ['one whose headers are on their way', 'GET /house HTTP/1.1\r\nHost'],
  ])('a connection holds nothing up: %s', async (_, text) => {
    const connected = once(app.getHttpServer(), 'connection');
    const { closed } = open(text);
    await connected;
    expect(await closing()).toBeLessThan(LIMITS.headersMs);
    await closed();
  });

  it('a request that has arrived gets its answer', async () => {
    const arrived = firstOf(reached);
    const { closed } = open(...HEAD('/slow'), 'Content-Length: 2', '', '{}');
    await arrived;
    const end = closing();
    await new Promise((resolve) => setTimeout(resolve, 2 * LIMITS.closingMs));
    release.next();
    expect(await end).toBeLessThan(4 * LIMITS.closingMs);
    expect((await closed()).body).toBe('{"answered":true}');
  });
});

function firstOf<T>(subject: Subject<T>): Promise<T> {
  return new Promise((resolve) => subject.subscribe(resolve));
}
