import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import type { DataSource } from 'typeorm';
import { FactorResets } from '../auth/factor-resets.js';
import { SessionsService } from '../auth/sessions.service.js';
import { Clock } from '../config/clock.js';
import type { SessionCaller } from '../http/access.js';
import { notFound } from '../http/api-error.js';
import { AuditLog } from '../users/audit-log.js';
import { Notices } from '../users/notices.js';
import { type AccountRole, type UserRecord, UsersService } from '../users/users.service.js';

/** Admins make others of their company admins, or members again. */
@Injectable()
export class RoleChanges {
  constructor(
    @InjectDataSource() private readonly dataSource: DataSource,
    private readonly users: UsersService,
    private readonly sessions: SessionsService,
    private readonly resets: FactorResets,
    private readonly audit: AuditLog,
    private readonly notices: Notices,
    private readonly clock: Clock,
  ) {}

  /**
   * Changes the role of a user of the caller's account, the caller included. Ends the sessions of the
   * user, so that no page and no id from before outlives the rights that it had.
   * @throws ApiError not_found, forbidden, conflict for an operator, last_admin
   */
  async change(caller: SessionCaller, userId: string, role: AccountRole): Promise<UserRecord> {
    const id = userId.toLowerCase();
    const at = this.clock.now();
    await this.dataSource.transaction(async (tx) => {
      const before = await this.users.setRole(tx, id, role, caller);
      if (before === role) return;
      if (before === 'admin') await this.resets.stopAskedBy(tx, id, caller.userId);
      await this.sessions.endAll(id, tx, { actorId: caller.userId, reason: 'role_changed', at });
      await this.audit.record(tx, {
        actorId: caller.userId,
        action: 'role_changed',
        subjectId: id,
        detail: { from: before, to: role },
        at,
      });
      await this.notices.tell(tx, 'role-changed', [id], { at: at.toISOString(), role });
    });
    const user = await this.users.findById(id);
    if (!user) throw notFound('The user');
    return user;
  }
}
