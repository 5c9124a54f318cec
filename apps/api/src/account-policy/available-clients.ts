import { Injectable } from '@nestjs/common';
import { ConnectionsService } from '../connections/connections.service.js';
import type { SessionCaller } from '../http/access.js';
import type { ResourcesEnvelope } from '../http/envelope.js';
import { pageOfClients } from '../oauth-clients/client-pages.js';
import { pickFields } from '../oauth-clients/client-record.js';
import {
  byName,
  type OAuthClient,
  OAuthClientsService,
} from '../oauth-clients/oauth-clients.service.js';
import { refusalOf } from './account-policy.js';
import { AccountPolicyStore } from './account-policy-store.js';
import type { AdvanceGrant } from './advance-grants.js';
import {
  AVAILABLE_CLIENT,
  type AvailableClientDto,
  type AvailableClientsQuery,
} from './available-clients.dto.js';

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
   * connection; or those that they are connected to although the company allows them no more.
   */
  async list(
    caller: SessionCaller,
    { allowed = 'true', ...page }: AvailableClientsQuery,
  ): Promise<ResourcesEnvelope<AvailableClientDto>> {
    const [mine, { allows, decisions }] = await Promise.all([
      this.connections.activeByClient(caller.userId),
      this.policies.read(caller.accountId),
    ]);
    const listed =
      allowed === 'true'
        ? await this.clients.listAvailable(caller.accountId)
        : byName([...(await this.clients.byIds([...mine.keys()])).values()]);
    const clients = listed.filter((client) => {
      const decision = decisions.get(client.id)?.decision ?? null;
      const refusal = refusalOf(caller.accountId, { policy: allows, decision }, client);
      return (refusal === null) === (allowed === 'true');
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
