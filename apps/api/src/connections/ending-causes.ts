import { Injectable, type OnModuleInit } from '@nestjs/common';
import { OAuthClientsService } from '../oauth-clients/oauth-clients.service.js';
import { Accounts } from '../users/accounts.service.js';
import { UsersService } from '../users/users.service.js';
import { ConnectionEndings } from './connection-endings.js';

/** What is decided in the modules below and ends connections, in the same transaction. */
@Injectable()
export class EndingCauses implements OnModuleInit {
  constructor(
    private readonly users: UsersService,
    private readonly accounts: Accounts,
    private readonly clients: OAuthClientsService,
    private readonly endings: ConnectionEndings,
  ) {}

  onModuleInit(): void {
    this.users.onDisabled(async (tx, { userId, actorId, at }) => {
      await this.endings.decide(tx, [{ userId }], { actorId, reason: 'user_disabled', at });
    });
    this.accounts.onClosed(async (tx, { accountId, actorId, at }) => {
      await this.endings.decide(tx, [{ accountId }], { actorId, reason: 'account_closed', at });
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
}
