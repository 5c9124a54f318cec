import { type EntityManager, In } from 'typeorm';
import type { ConnectionRecord } from './connection.js';
import { ConnectionEntity } from './connection.entity.js';

/** Between whom a connection is. */
export type ConnectionParties = Pick<ConnectionRecord, 'id' | 'oauthClientId' | 'userId'>;

/** Whose connections these are, and to which clients, by id; ended ones too. */
export async function partiesOf(
  manager: EntityManager,
  ids: readonly string[],
): Promise<Map<string, ConnectionParties>> {
  if (ids.length === 0) return new Map();
  const found = await manager.find(ConnectionEntity, {
    select: { id: true, oauthClientId: true, userId: true },
    where: { id: In([...new Set(ids)]) },
  });
  return new Map(found.map((connection) => [connection.id, connection]));
}
