import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import Fastify, { type FastifyInstance } from 'fastify';
import { randomUUID } from 'node:crypto';
import { OAuthError } from '../http/api-error.js';
import type { TestContext } from '../testing/test-context.js';
import { createTestModule } from '../testing/test-module.js';
import { ClientEndpoints } from './client-endpoints.js';
import { clientEndpoint, requireParameter } from './client-request.js';
import { OAuthClientsModule } from './oauth-clients.module.js';
import { ClientRegistry } from './registry.service.js';
import { RequestLog } from './request-log.js';
import { logUnreadRequests } from './unread-requests.js';

const CREDENTIALS = { client_id: 'belegscanner', client_secret: 'belegscanner-demo-secret' };

/** As a pushed authorization request would be (RFC 9126). */
const PUSHED = clientEndpoint({
  name: 'authorize',
  parameters: ['response_type', 'state'],
  anyOf: ['response_type'],
});

let api: TestContext;
let server: FastifyInstance;
beforeAll(async () => {
  api = await createTestModule([OAuthClientsModule]);
  const endpoints = api.app.get(ClientEndpoints);
  server = Fastify({ genReqId: () => randomUUID() });
  logUnreadRequests(server, endpoints);
  server.setErrorHandler((error, _, reply) => {
    if (!(error instanceof OAuthError)) throw error;
    return reply.code(error.options.status ?? 400).send({ error: error.error });
  });
  server.post('/pushed', { config: { clientEndpoint: PUSHED } }, (http) =>
    endpoints.handle(PUSHED, http, async (request) => {
      request.note = { reason: 'pushed', detail: `of ${request.client.clientId}` };
      return { responseType: requireParameter(request.parameters, 'response_type') };
    }),
  );
});
afterAll(async () => {
  await server.close();
  await api.close();
});

async function push(payload: object) {
  const answer = await server.inject({ method: 'POST', url: '/pushed', payload });
  const { id } = await api.app.get(ClientRegistry).getByClientId(CREDENTIALS.client_id);
  const { resources } = await api.app.get(RequestLog).list(id, { limit: 1 });
  return { status: answer.statusCode, body: answer.json<object>(), logged: resources[0] };
}

describe('an endpoint that only says what it may be sent has the work of all others done', () => {
  it('its request carries the parameters, the client, and what the log is to say', async () => {
    const { status, body, logged } = await push({ ...CREDENTIALS, response_type: 'code' });
    expect([status, body]).toEqual([200, { responseType: 'code' }]);
    expect(logged).toMatchObject({
      endpoint: 'authorize',
      outcome: 'success',
      reason: 'pushed',
      detail: 'of belegscanner',
    });
  });

  it.each([
    ['client_secret_wrong', 'a wrong secret', { response_type: 'code', client_secret: 'x' }],
    ['parameter_not_a_string', 'a parameter that is not text', { response_type: 'code', state: 1 }],
    ['response_type_missing', 'a parameter that the endpoint misses', { state: 'x' }],
  ])('%s: %s is refused, and stands in the log of its client', async (reason, _, given) => {
    const { status, logged } = await push({ ...CREDENTIALS, ...given });
    expect(status).toBe(400);
    expect(logged).toMatchObject({ outcome: 'failure', reason });
  });
});
