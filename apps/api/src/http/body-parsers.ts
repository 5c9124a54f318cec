import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { isUtf8 } from 'node:buffer';
import { parse as parseForm } from 'node:querystring';
import { ApiError } from './api-error.js';
import { readImages } from './image-body.js';

type Done = (error: Error | null, body?: unknown) => void;

/**
 * Reads JSON and forms, and images where a route takes one. A field that would replace an object's
 * prototype is refused like any unknown field, and on the endpoints for clients ignored like any
 * unknown parameter (RFC 6749 §3.2).
 */
export function readBodies(app: NestFastifyApplication, bodyLimit: number): void {
  const server = app.getHttpAdapter().getInstance() as unknown as FastifyInstance;
  const strict = server.getDefaultJsonParser('error', 'error');
  const tolerant = server.getDefaultJsonParser('remove', 'remove');
  const read =
    (parse: (request: FastifyRequest, text: string, done: Done) => void) =>
    (request: FastifyRequest, body: Buffer, done: Done) => {
      // A body that is announced in chunks may turn out to be empty.
      if (body.length === 0) done(null, undefined);
      else if (isUtf8(body)) parse(request, body.toString(), done);
      else done(new ApiError('malformed_request', 'The body is not valid UTF-8.'));
    };
  const json = read((request, text, done) => {
    const isClient = request.routeOptions.config.access?.kind === 'client';
    (isClient ? tolerant : strict)(request, text, done);
  });
  // Without a prototype, and bounded by the size of the body alone.
  const form = read((_request, text, done) => {
    done(null, parseForm(text, '&', '=', { maxKeys: 0 }));
  });
  app.useBodyParser('application/json', { bodyLimit }, json);
  app.useBodyParser('application/x-www-form-urlencoded', { bodyLimit }, form);
  readImages(server);
  server.addHook('onRequest', (request, _reply, done) => {
    // Many clients send a type with every request; without a body it means nothing.
    if (!hasBody(request)) delete request.raw.headers['content-type'];
    done();
  });
}

/** Whether a body is on its way, by what the headers say (RFC 9112 §6.3). */
export function hasBody({ headers }: FastifyRequest): boolean {
  const length = headers['content-length'];
  return headers['transfer-encoding'] !== undefined || (length !== undefined && Number(length) > 0);
}
