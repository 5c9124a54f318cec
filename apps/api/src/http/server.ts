import cookie from '@fastify/cookie';
import cors from '@fastify/cors';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import {
  type FastifyError,
  type FastifyInstance,
  type FastifyReply,
  type FastifyRequest,
} from 'fastify';
import { randomUUID } from 'node:crypto';
import { SECOND } from '../config/clock.js';
import type { RuntimeConfig } from '../config/config.module.js';
import type { AppLogger } from '../telemetry/app-logger.js';
import { ApiError } from './api-error.js';
import { ARRIVAL_LIMITS, type ArrivalLimits, Arrivals } from './arrivals.js';
import { readBodies } from './body-parsers.js';
import { ErrorFilter } from './exception.filter.js';
import { RouteTable } from './route-table.js';
import { securityHeaders } from './security-headers.js';
import { findInheritedName, findUnfit, validationFailed } from './validation.js';

export const BODY_LIMIT = 64 * 1024;
const KEEP_ALIVE_MS = 130 * SECOND;

/** The HTTP server under Nest: request ids, limits, and nothing that knows a route. */
export async function createAdapter(
  config: RuntimeConfig,
  logger: AppLogger,
  limits: ArrivalLimits = ARRIVAL_LIMITS,
): Promise<FastifyAdapter> {
  const headers = await securityHeaders(config);
  const filter = new ErrorFilter(config.publicUrl, logger);
  const arrivals = new Arrivals(config.publicUrl, filter, limits, headers);
  const adapter = new FastifyAdapter({
    bodyLimit: BODY_LIMIT,
    trustProxy: config.trustProxy as boolean | string[],
    // Never taken from the caller: the request log must be able to rely on it.
    requestIdHeader: false,
    genReqId: () => randomUUID(),
    logger: false,
    requestTimeout: limits.requestMs,
    http: {
      headersTimeout: limits.headersMs,
      connectionsCheckingInterval: limits.checkEveryMs,
    },
    // Longer than proxies keep a connection; they would otherwise use one that is being closed.
    keepAliveTimeout: KEEP_ALIVE_MS,
    clientErrorHandler: (error, socket) => arrivals.refuse(error, socket),
    // A path that the router cannot read reaches no hook and no route.
    frameworkErrors: (error: FastifyError, request: FastifyRequest, reply: FastifyReply) => {
      void reply.headers(headers).header('x-request-id', request.id);
      filter.render(error, request, reply);
    },
    routerOptions: { maxParamLength: 200 },
    // On shutdown, connections that wait for another request must not hold it up.
    forceCloseConnections: 'idle',
  });
  const server = adapter.getInstance() as unknown as FastifyInstance;
  arrivals.watch(server);
  server.addHook('onRequest', (_request, reply, done) => {
    reply.headers(headers);
    done();
  });
  return adapter;
}

/** What is wrong with a request before any route looks at it. */
function unfitRequest(request: FastifyRequest): ApiError | undefined {
  // Endpoints for clients check the parameters that they know themselves, so that the client's log
  // has it, and ignore all others (RFC 6749 §3.2).
  if (request.routeOptions.config.access?.kind === 'client') return undefined;
  const { query, params } = request;
  // The bytes of an image are no text and no fields.
  const body = Buffer.isBuffer(request.body) ? undefined : request.body;
  const unfit = findUnfit(body) ?? findUnfit(query) ?? findUnfit(params);
  if (unfit) return validationFailed([unfit]);
  if (body === null) return new ApiError('malformed_request', 'The body must be a JSON object.');
  const unknown = findInheritedName(body);
  return unknown && validationFailed([unknown]);
}

/** Everything that happens to each request before a route is known. */
export async function prepareServer(
  app: NestFastifyApplication,
  config: RuntimeConfig,
  logger: AppLogger,
): Promise<void> {
  const server = app.getHttpAdapter().getInstance() as unknown as FastifyInstance;
  server.addHook('onRequest', (request, reply, done) => {
    reply.header('x-request-id', request.id);
    done();
  });
  server.addHook('preValidation', (request, _reply, done) => {
    done(unfitRequest(request));
  });
  server.addHook('onResponse', (request, reply, done) => {
    logger.pino.info(
      {
        requestId: request.id,
        method: request.method,
        // Without the query: it may carry a code or a state.
        path: request.url.split('?', 1)[0],
        status: reply.statusCode,
        ms: Math.round(reply.elapsedTime * 10) / 10,
        clientId: request.clientId,
        error: request.failure?.error,
        reason: request.failure?.reason,
      },
      'request',
    );
    done();
  });
  readBodies(app, BODY_LIMIT);
  await server.register(cookie);
  const routes = new RouteTable(server);
  await registerCors(server, routes);
  const filter = new ErrorFilter(config.publicUrl, logger);
  server.addHook('onRequest', (request, reply, done) => {
    const error = routes.explain(request);
    // Rendered here, because Nest does not know the route that takes OPTIONS.
    if (error) filter.render(error, request, reply);
    else done();
  });
}

/**
 * Browsers of any origin may read the routes whose declaration says so, without credentials and
 * errors included; all other routes answer only the portal's own pages.
 */
async function registerCors(server: FastifyInstance, routes: RouteTable): Promise<void> {
  await server.register(cors, {
    hook: 'onRequest',
    delegator: (request: FastifyRequest, callback) => {
      const methods = routes.corsMethods(request);
      const wanted =
        request.method === 'OPTIONS'
          ? request.headers['access-control-request-method']
          : request.method;
      callback(null, {
        origin: wanted !== undefined && methods.includes(wanted) ? '*' : false,
        credentials: false,
        methods,
        exposedHeaders: ['www-authenticate', 'x-request-id', 'retry-after'],
        maxAge: 600,
        strictPreflight: false,
      });
    },
  });
}
