import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { Clock } from '../config/clock.js';
import { OPTIONAL_KINDS, type OptionalKind } from '../mail/optional-kinds.js';
import { AuditLog } from './audit-log.js';

/** Which of the optional notices users do without. */
@Injectable()
export class NoticeChoices {
  constructor(
    private readonly dataSource: DataSource,
    private readonly audit: AuditLog,
    private readonly clock: Clock,
  ) {}

  async mutedBy(userId: string): Promise<ReadonlySet<OptionalKind>> {
    const [user]: { muted: string[] }[] = await this.dataSource.query(
      'SELECT muted_notices AS muted FROM users WHERE id = $1',
      [userId],
    );
    return new Set(OPTIONAL_KINDS.filter((kind) => user?.muted.includes(kind)));
  }

  /** @param muted takes the place of all that was chosen before */
  async mute(userId: string, muted: readonly OptionalKind[]): Promise<void> {
    const chosen = [...new Set(muted)].sort();
    const at = this.clock.now();
    await this.dataSource.transaction(async (tx) => {
      const [, changed]: [unknown, number] = await tx.query(
        `UPDATE users SET muted_notices = $2, updated_at = $3
          WHERE id = $1 AND muted_notices IS DISTINCT FROM $2`,
        [userId, chosen, at],
      );
      if (changed === 0) return;
      await this.audit.record(tx, {
        ...{ actorId: userId, action: 'notices_changed', subjectId: userId },
        ...{ detail: { muted: chosen }, at },
      });
    });
  }
}
