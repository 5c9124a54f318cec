import type { FastifyInstance } from 'fastify';
import { SECOND } from '../config/clock.js';
import type { Metrics } from '../telemetry/metrics.js';

const BUCKETS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5];

export function measureRequests(server: FastifyInstance, metrics: Metrics): void {
  const requests = metrics.histogram(
    'http_request_duration_seconds',
    'Time from the first byte of a request to the last of its answer',
    ['method', 'route', 'status'],
    BUCKETS,
  );
  server.addHook('onResponse', (request, reply, done) => {
    requests.observe(
      {
        method: request.method,
        // The pattern, never the path: paths carry ids and would grow without bound.
        route: request.routeOptions.url ?? 'none',
        status: String(reply.statusCode),
      },
      reply.elapsedTime / SECOND,
    );
    done();
  });
}
