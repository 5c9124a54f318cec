import { Injectable } from '@nestjs/common';
import { ConnectionsService } from '../connections/connections.service.js';
import type { SessionCaller } from '../http/access.js';
import type { PageQuery, ResourcesEnvelope } from '../http/envelope.js';
import { pageOfClients } from '../oauth-clients/client-pages.js';
import { pickFields } from '../oauth-clients/client-record.js';
import { type OAuthClient, OAuthClientsService } from '../oauth-clients/oauth-clients.service.js';
import { refusalOf } from './account-policy.js';
import { AccountPolicyStore } from './account-policy-store.js';
import type { AdvanceGrant } from './advance-grants.js';
import { AVAILABLE_CLIENT, type AvailableClientDto } from './available-clients.dto.js';

/** What users may connect. */
@Injectable()
export class AvailableClients {
  constructor(
    private readonly clients: OAuthClientsService,
    private readonly connections: ConnectionsService,
    private readonly policies: AccountPolicyStore,
  ) {}

  /**
   * The applications that the caller is offered and may connect, by name, each with the caller's
   * connection.
   */
  async list(
    caller: SessionCaller,
    page: PageQuery,
  ): Promise<ResourcesEnvelope<AvailableClientDto>> {
    const [offered, mine, { allows, decisions }] = await Promise.all([
      this.clients.listAvailable(caller.accountId),
      this.connections.activeByClient(caller.userId),
      this.policies.read(caller.accountId),
    ]);
    const clients = offered.filter((client) => {
      const decision = decisions.get(client.id)?.decision ?? null;
      return refusalOf(caller.accountId, { policy: allows, decision }, client) === null;
    });
    return pageOfClients(clients, page, (client) => ({
      ...toDto(client, mine.get(client.id) ?? null),
      grantedInAdvance: includes(decisions.get(client.id)?.advance ?? null, caller.userId),
    }));
  }
}

function includes(grant: AdvanceGrant | null, userId: string): boolean {
  return grant !== null && (grant.userIds === null || grant.userIds.includes(userId));
}

function toDto(
  client: OAuthClient,
  connectionId: string | null,
): Omit<AvailableClientDto, 'grantedInAdvance'> {
  return {
    ...pickFields(client, AVAILABLE_CLIENT),
    // The portal cannot create another party's PKCE challenge, nor choose among redirect URIs.
    authorizable: !client.requirePkce && client.redirectUris.length === 1,
    connected: connectionId !== null,
    connectionId,
  };
}
