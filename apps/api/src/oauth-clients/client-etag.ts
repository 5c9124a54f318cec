import type { FastifyReply } from 'fastify';
import { entityTag } from '../http/entity-tag.js';
import type { RegistryClient } from './registry.service.js';

export const IF_MATCH = {
  name: 'If-Match',
  required: false,
  description:
    'The `ETag` that the change was made on: where somebody else has changed the client since, the answer is 412 and nothing is written. Without it, the change goes through.',
};
export const ETAG = {
  ETag: { description: '`version` in quotation marks', schema: { type: 'string' } },
};

/** The client, once its answer carries its ETag. */
export function tagged(reply: FastifyReply, client: RegistryClient): RegistryClient {
  void reply.header('etag', entityTag(client.version));
  return client;
}
