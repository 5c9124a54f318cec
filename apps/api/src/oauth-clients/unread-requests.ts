import type { FastifyInstance } from 'fastify';
import type { ClientEndpoints } from './client-endpoints.js';

/**
 * Logs requests that reach no endpoint because their body cannot be read. Their developers look for
 * them in the client's log too, where they are before the answer is sent.
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
