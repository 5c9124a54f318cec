import { Injectable, type OnModuleInit } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { OAuthClientsService } from '../oauth-clients/oauth-clients.service.js';
import { Accounts } from '../users/accounts.service.js';
import { AuditLog } from '../users/audit-log.js';
import { UsersService } from '../users/users.service.js';
import type { Ending } from './connection.js';
import { activeAt, ConnectionEndings } from './connection-endings.js';

type Owner = { userId: string } | { accountId: string };

/** What is decided in the modules below and ends connections, in the same transaction. */
@Injectable()
export class EndingCauses implements OnModuleInit {
  constructor(
    private readonly users: UsersService,
    private readonly accounts: Accounts,
    private readonly clients: OAuthClientsService,
    private readonly endings: ConnectionEndings,
    private readonly audit: AuditLog,
  ) {}

  onModuleInit(): void {
    this.users.onDisabled(async (tx, { userId, actorId, at }) => {
      await this.endOnRecord(tx, { userId }, { actorId, reason: 'user_disabled', at });
    });
    this.accounts.onClosed(async (tx, { accountId, actorId, at }) => {
      await this.endOnRecord(tx, { accountId }, { actorId, reason: 'account_closed', at });
    });
    this.clients.onDeactivated(async (tx, { oauthClientId, actorId, reason, at }) => {
      await this.endings.decide(tx, [{ oauthClientId }], { actorId, reason, at });
    });
    this.clients.onLimited(async (tx, { oauthClientId, accountIds, actorId, at }) => {
      const others: { accountId: string }[] = await tx.query(
        `SELECT DISTINCT account_id AS "accountId" FROM connections
          WHERE oauth_client_id = $1 AND revoked_at IS NULL AND account_id <> ALL ($2::uuid[])`,
        [oauthClientId, accountIds],
      );
      const scopes = others.map(({ accountId }) => ({ oauthClientId, accountId }));
      await this.endings.decide(tx, scopes, { actorId, reason: 'client_withdrawn', at });
    });
  }

  /**
   * Nobody of them consents meanwhile: whoever disables or closes has locked the row that a consent
   * reads, so that the record counts all that end.
   */
  private async endOnRecord(tx: EntityManager, owner: Owner, ending: Ending): Promise<void> {
    const { actorId, reason, at } = ending;
    const [column, id] =
      'userId' in owner ? ['user_id', owner.userId] : ['account_id', owner.accountId];
    const [{ connections }]: [{ connections: number }] = await tx.query(
      `SELECT count(*)::integer AS connections FROM connections c
        WHERE c.${column} = $1 AND ${activeAt('$2')}`,
      [id, at],
    );
    await this.endings.decide(tx, [owner], ending);
    if (connections === 0) return;
    await this.audit.record(tx, {
      actorId,
      action: 'connections_revoked',
      subjectId: id,
      detail: { connections, reason, ...('accountId' in owner && owner) },
      at,
    });
  }
}
