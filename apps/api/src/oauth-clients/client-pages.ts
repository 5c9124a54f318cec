import {
  DEFAULT_LIMIT,
  decodeCursor,
  type PageQuery,
  type ResourcesEnvelope,
  toPage,
} from '../http/envelope.js';
import { validationFailed } from '../http/validation.js';
import type { OAuthClient } from './oauth-client.js';

/**
 * A page of a list of clients that is completely in memory.
 * @throws ApiError validation_failed
 */
export function pageOfClients<Dto>(
  clients: OAuthClient[],
  page: PageQuery,
  map: (client: OAuthClient) => Dto,
): ResourcesEnvelope<Dto> {
  const limit = page.limit ?? DEFAULT_LIMIT;
  const after = decodeCursor(page.cursor);
  const start = after ? clients.findIndex(({ id }) => id === after[1]) + 1 : 0;
  if (after && start === 0) {
    const message = 'The application has gone. Leave the cursor out to start from the beginning.';
    throw validationFailed([{ field: 'cursor', code: 'invalid_cursor', message }]);
  }
  return toPage(
    clients.slice(start, start + limit + 1),
    limit,
    ({ createdAt, id }) => [createdAt.toISOString(), id],
    map,
  );
}
