import type { FastifyInstance } from 'fastify';
import type { ClientEndpoints } from './client-endpoints.js';

/**
 * Requests whose body cannot be read reach no endpoint; their developers look for them in the
 * client's log all the same, and they are there before the answer is sent.
 */
export function logUnreadRequests(server: FastifyInstance, endpoints: ClientEndpoints): void {
  server.addHook('onRoute', ({ config }) => {
    if (config?.clientEndpoint) endpoints.announce(config.clientEndpoint);
  });
  server.addHook('onSend', (request, reply, payload, done) => {
    const endpoint = request.routeOptions.config.clientEndpoint;
    if (!endpoint || !request.failure || request.isLoggedByEndpoint) {
      done(null, payload);
      return;
    }
    void endpoints
      .recordUnread(endpoint, request, reply.elapsedTime)
      .then(() => done(null, payload));
  });
}
