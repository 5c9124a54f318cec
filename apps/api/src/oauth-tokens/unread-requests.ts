import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { RequestLogEntry } from '../oauth-clients/request-log.js';
import type { ClientEndpoint } from './client-endpoint.js';

/**
 * Requests whose body cannot be read reach no endpoint; their developers look for them in the
 * client's log all the same, and they are there before the answer is sent.
 */
export function logUnreadRequests(server: FastifyInstance, endpoint: ClientEndpoint): void {
  server.addHook('onSend', (request, reply, payload, done) => {
    if (!isUnread(request)) {
      done(null, payload);
      return;
    }
    void endpoint
      .recordUnread(endpointOf(request), request, reply.elapsedTime)
      .then(() => done(null, payload));
  });
}

function isUnread(request: FastifyRequest): boolean {
  return (
    request.failure !== undefined &&
    !request.isLoggedByEndpoint &&
    request.routeOptions.config.access?.kind === 'client'
  );
}

function endpointOf({ routeOptions: { url = '' } }: FastifyRequest): RequestLogEntry['endpoint'] {
  if (url.endsWith('/revoke')) return 'revoke';
  return url.endsWith('/introspect') ? 'introspect' : 'token';
}
