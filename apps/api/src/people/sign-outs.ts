import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import type { DataSource } from 'typeorm';
import { SessionsService } from '../auth/sessions.service.js';
import { Clock } from '../config/clock.js';
import type { SessionCaller } from '../http/access.js';
import { ApiError } from '../http/api-error.js';
import { AuditLog } from '../users/audit-log.js';
import { Notices } from '../users/notices.js';
import { UsersService } from '../users/users.service.js';

/** Signs people out on every device, who may sign in again at once. */
@Injectable()
export class SignOuts {
  constructor(
    @InjectDataSource() private readonly dataSource: DataSource,
    private readonly users: UsersService,
    private readonly sessions: SessionsService,
    private readonly audit: AuditLog,
    private readonly notices: Notices,
    private readonly clock: Clock,
  ) {}

  /**
   * Ends all sessions of a user of the actor's account; connections, and links in mails, stay.
   * @param actor who does it; null for the command line, which may do it in every account
   * @returns how many have ended
   * @throws ApiError not_found; forbidden for an actor who is no longer an admin; conflict for the
   *   actor's own
   */
  async signOut(userId: string, actor: SessionCaller | null): Promise<number> {
    const id = userId.toLowerCase();
    if (id === actor?.userId) {
      throw new ApiError(
        'conflict',
        'These are your own sessions. End them under “Account and security”.',
      );
    }
    return this.dataSource.transaction(async (tx) => {
      if (actor) await this.users.lockByAdmin(tx, id, actor);
      else await this.users.lockActive(tx, id, 'NO KEY UPDATE');
      const actorId = actor?.userId ?? null;
      const at = this.clock.now();
      const ended = await this.sessions.endLiving(id, tx, { actorId, reason: 'by_admin', at });
      const count = ended.length;
      if (count === 0) return 0;
      await this.audit.record(tx, {
        actorId,
        action: 'user_signed_out',
        subjectId: id,
        detail: { count },
        at,
      });
      const by = actor && (await this.users.people([actor.userId], tx)).get(actor.userId);
      await this.notices.tell(tx, 'signed-out', [id], {
        at: at.toISOString(),
        by: by ? `${by.firstName} ${by.lastName}`.trim() : null,
      });
      return count;
    });
  }
}
