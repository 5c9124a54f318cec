import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { randomBytes } from 'node:crypto';
import type { DataSource, EntityManager } from 'typeorm';
import { Clock } from '../config/clock.js';
import { PersonalData } from '../database/personal-data.js';
import { ApiError, notFound } from '../http/api-error.js';
import { lockWithAdmins, refuseFormerAdmin, refuseLastAdmin } from './account-admins.js';
import { AuditLog } from './audit-log.js';
import { PasswordHasher } from './password-hasher.js';
import { UsersService } from './users.service.js';

/** As long as it takes to tell the erased people of a company apart. */
const SHOWN_DIGITS = 8;

/**
 * What stands where an erased person was named. It is drawn from the id, which is random and says
 * nothing about them, so that it is the same wherever they were named.
 */
export function pseudonymOf(userId: string) {
  return {
    email: `${userId}@erased.invalid`,
    firstName: 'Person',
    lastName: userId.slice(0, SHOWN_DIGITS),
  };
}

/** Takes out what names a person. What refers to them stays, under a pseudonym. */
@Injectable()
export class UserErasure {
  constructor(
    @InjectDataSource() private readonly dataSource: DataSource,
    private readonly users: UsersService,
    private readonly data: PersonalData,
    private readonly hasher: PasswordHasher,
    private readonly audit: AuditLog,
    private readonly clock: Clock,
  ) {}

  /**
   * Erases a user, in one transaction: all of it is done or nothing. It cannot be undone.
   * @param actor an admin, who erases disabled users of their account; null for the command line,
   *   which disables the user as well
   * @returns false where that had been done before
   * @throws ApiError not_found, also for another account's user; conflict where an admin has not
   *   disabled the user; last_admin
   */
  async erase(
    userId: string,
    actor: { userId: string; accountId: string } | null,
  ): Promise<boolean> {
    const id = userId.toLowerCase();
    const known = await this.users.findById(id);
    if (!known) throw notFound('The user');
    const accountId = actor?.accountId ?? known.accountId;
    const passwordHash = await this.hasher.hash(randomBytes(32).toString('base64url'));
    const at = this.clock.now();
    const actorId = actor?.userId ?? null;
    return this.dataSource.transaction(async (tx) => {
      const locked = await lockWithAdmins(tx, accountId, actor ? [id, actor.userId] : [id]);
      const before = locked.find((row) => row.id === id);
      if (!before) throw notFound('The user');
      if (actor) refuseFormerAdmin(locked.find((row) => row.id === actor.userId));
      if (before.erased) return false;
      if (before.status === 'active') {
        if (actor) throw stillActive();
        if (before.role === 'admin' && !(await isClosed(tx, accountId)))
          refuseLastAdmin(locked, id);
        await this.users.endEverything(tx, { userId: id, actorId, at });
      }
      await this.takeOut(tx, id, passwordHash, at);
      await this.audit.record(tx, { actorId, action: 'person_erased', subjectId: id, at });
      return true;
    });
  }

  private async takeOut(
    tx: EntityManager,
    id: string,
    passwordHash: string,
    at: Date,
  ): Promise<void> {
    const [{ email }]: [{ email: string }] = await tx.query(
      'SELECT lower(email) AS email FROM users WHERE id = $1',
      [id],
    );
    for (const { erase } of this.data.all) {
      for (const statement of erase?.byId ?? []) await tx.query(statement, [id]);
      for (const statement of erase?.byEmail ?? []) await tx.query(statement, [email]);
    }
    const { firstName, lastName, email: unreachable } = pseudonymOf(id);
    await tx.query(
      `UPDATE users
          SET email = $2, first_name = $3, last_name = $4, password_hash = $5, status = 'disabled',
              role = 'member', locale = 'de', muted_notices = '{}', last_sign_in_at = NULL,
              devices_known_from = NULL, erased_at = $6, updated_at = $6
        WHERE id = $1`,
      [id, unreachable, firstName, lastName, passwordHash, at],
    );
  }
}

/** A company that has been closed needs no admin any more. */
async function isClosed(tx: EntityManager, accountId: string): Promise<boolean> {
  const closed = 'SELECT FROM accounts WHERE id = $1 AND closed_at IS NOT NULL';
  return ((await tx.query(closed, [accountId])) as object[]).length > 0;
}

function stillActive(): ApiError {
  return new ApiError(
    'conflict',
    'Only somebody who has been disabled can be erased. Disable the user first.',
  );
}
