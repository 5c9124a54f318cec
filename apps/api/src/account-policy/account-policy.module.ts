import { Module } from '@nestjs/common';
import { ConnectionsModule } from '../connections/connections.module.js';
import { OAuthClientsModule } from '../oauth-clients/oauth-clients.module.js';
import { UsersModule } from '../users/users.module.js';
import { AccountPolicies } from './account-policies.service.js';
import { AccountPolicyController } from './account-policy.controller.js';
import { AccountPolicyStore } from './account-policy-store.js';
import { AdvanceGrants } from './advance-grants.js';
import { ApprovalRequests } from './approval-requests.js';
import { ApprovalRequestsController } from './approval-requests.controller.js';
import { ApprovalRequestsOverview } from './approval-requests-overview.js';
import { approvalRetention } from './approval-retention.js';
import { AvailableClients } from './available-clients.js';
import { AvailableClientsController } from './available-clients.controller.js';
import { policyPersonalData } from './policy-personal-data.js';

/** Which applications the people of an account may connect, and how they ask for more. */
@Module({
  imports: [UsersModule, OAuthClientsModule, ConnectionsModule],
  controllers: [AvailableClientsController, AccountPolicyController, ApprovalRequestsController],
  providers: [
    policyPersonalData,
    AvailableClients,
    AccountPolicies,
    AccountPolicyStore,
    AdvanceGrants,
    ApprovalRequests,
    ApprovalRequestsOverview,
    approvalRetention,
  ],
  exports: [AccountPolicyStore, ApprovalRequests, ApprovalRequestsOverview],
})
export class AccountPolicyModule {}
