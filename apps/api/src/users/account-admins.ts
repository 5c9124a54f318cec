import type { EntityManager } from 'typeorm';
import { ApiError } from '../http/api-error.js';
import type { UserEntity } from './user.entity.js';

export type LockedUser = Pick<UserEntity, 'id' | 'status' | 'role'> & { erased: boolean };

/**
 * These users and all admins of the account, locked in a fixed order: of two who disable or demote
 * each other, the second comes too late.
 */
export function lockWithAdmins(
  tx: EntityManager,
  accountId: string,
  ids: readonly string[],
): Promise<LockedUser[]> {
  return tx.query(
    `SELECT id, status, role, erased_at IS NOT NULL AS erased FROM users
     WHERE account_id = $1 AND (id = ANY ($2::uuid[]) OR role = 'admin')
     ORDER BY id FOR NO KEY UPDATE`,
    [accountId, ids],
  );
}

function isActiveAdmin({ status, role }: LockedUser): boolean {
  return status === 'active' && role === 'admin';
}

/** @throws ApiError last_admin where nobody but this user is an active admin of the account */
export function refuseLastAdmin(locked: readonly LockedUser[], id: string): void {
  if (locked.some((row) => row.id !== id && isActiveAdmin(row))) return;
  throw new ApiError(
    'last_admin',
    'Nobody else is an admin of your company. Make another user an admin first.',
  );
}

/** @throws ApiError forbidden for somebody who is no longer an admin, though the request came in as one's */
export function refuseFormerAdmin(actor: LockedUser | undefined): void {
  if (actor && isActiveAdmin(actor)) return;
  throw new ApiError('forbidden', 'You have been disabled, or are no longer an admin.');
}
