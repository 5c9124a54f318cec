import type { Repository } from 'typeorm';
import type { SessionCaller } from '../http/access.js';
import { notFound } from '../http/api-error.js';
import type { ConnectionEntity } from './connection.entity.js';

/** An admin sees the account's connections, everybody else their own. */
export function visibleTo({ role, accountId, userId }: SessionCaller) {
  return role === 'admin' ? { accountId } : { accountId, userId };
}

/** @throws ApiError not_found, also for one that the caller may not see */
export async function findVisible(
  connections: Repository<ConnectionEntity>,
  caller: SessionCaller,
  id: string,
): Promise<ConnectionEntity> {
  const connection = await connections.findOneBy({ id, ...visibleTo(caller) });
  if (!connection) throw notFound('The connection');
  return connection;
}
