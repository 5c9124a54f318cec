import { Body, Controller, Get, Param, ParseUUIDPipe, Patch, Query } from '@nestjs/common';
import { ApiOperation, ApiParam, ApiTags } from '@nestjs/swagger';
import { FactorResets } from '../auth/factor-resets.js';
import { ConnectionCounts } from '../connections/connection-counts.js';
import { CurrentCaller, RequireSession, type SessionCaller } from '../http/access.js';
import { notFound } from '../http/api-error.js';
import {
  ApiProblems,
  ApiResource,
  ApiResources,
  type CountedEnvelope,
  type ResourceEnvelope,
} from '../http/envelope.js';
import { requireIdentityProof } from '../http/identity-proof.js';
import { validationFailed } from '../http/validation.js';
import { Passkeys } from '../users/passkeys.service.js';
import { SecondFactors } from '../users/second-factors.service.js';
import { type UserRecord, UsersService } from '../users/users.service.js';
import {
  AccountUserDto,
  AccountUsersQuery,
  toAccountUser,
  UpdateUserRequest,
  type UserChangesInput,
} from './account-users.dto.js';
import { toFactorReset } from './factor-resets.dto.js';
import { RoleChanges } from './role-changes.js';

const userId = new ParseUUIDPipe({ exceptionFactory: () => notFound('The user') });

/** Lives here rather than in users/ because it shows the number of connections of each user. */
@ApiTags('Users')
@Controller('user/v7/users')
export class AccountUsersController {
  constructor(
    private readonly users: UsersService,
    private readonly counts: ConnectionCounts,
    private readonly roles: RoleChanges,
    private readonly factors: SecondFactors,
    private readonly passkeys: Passkeys,
    private readonly resets: FactorResets,
  ) {}

  @Get()
  @RequireSession('admin')
  @ApiOperation({
    summary: "The account's users",
    description: 'The oldest first, unless `sort` says otherwise. `q` finds names and addresses.',
  })
  @ApiResources(AccountUserDto, { counted: true })
  @ApiProblems(400, 401, 403)
  async list(
    @CurrentCaller() caller: SessionCaller,
    @Query() query: AccountUsersQuery,
  ): Promise<CountedEnvelope<AccountUserDto>> {
    const { resources, meta } = await this.users.list(caller.accountId, query);
    return { resources: await this.describe(resources), meta };
  }

  @Get(':id')
  @RequireSession('admin')
  @ApiOperation({ summary: 'One user of the account' })
  @ApiParam({ name: 'id', schema: { type: 'string', format: 'uuid' } })
  @ApiResource(AccountUserDto)
  @ApiProblems(401, 403, 404)
  async find(
    @CurrentCaller() caller: SessionCaller,
    @Param('id', userId) id: string,
  ): Promise<ResourceEnvelope<AccountUserDto>> {
    return this.resourceOf(await this.users.findInAccount(caller.accountId, id));
  }

  @Patch(':id')
  @RequireSession('admin')
  @ApiOperation({
    summary: 'Disable or re-enable a user of the account, or change the role',
    description:
      'One at a time. Disabling ends all sessions and connections of the user; re-enabling brings none of them back. Another role ends the sessions, and the user is told by mail. Disabling and another role take a fresh proof of identity.',
  })
  @ApiParam({ name: 'id', schema: { type: 'string', format: 'uuid' } })
  @ApiResource(AccountUserDto)
  @ApiProblems(
    400,
    401,
    403,
    'identity_proof_required',
    404,
    409,
    'cannot_disable_self',
    'last_admin',
    415,
  )
  async update(
    @CurrentCaller() caller: SessionCaller,
    @Param('id', userId) id: string,
    @Body() body: UpdateUserRequest,
  ): Promise<ResourceEnvelope<AccountUserDto>> {
    return this.resourceOf(await this.change(caller, id, body.resource));
  }

  private async resourceOf(user: UserRecord): Promise<ResourceEnvelope<AccountUserDto>> {
    const [resource] = await this.describe([user]);
    if (!resource) throw notFound('The user');
    return { resource };
  }

  private async describe(users: readonly UserRecord[]): Promise<AccountUserDto[]> {
    const ids = users.map(({ id }) => id);
    const [counts, factors, passkeys, resets] = await Promise.all([
      this.counts.ofUsers(ids),
      this.factors.among(ids),
      this.passkeys.among(ids),
      this.resets.pendingOf(ids),
    ]);
    const askers = [...resets.values()].flatMap(({ askedBy }) => askedBy ?? []);
    const people = await this.users.people(askers);
    return users.map((user) => {
      const reset = resets.get(user.id);
      return toAccountUser(user, counts.get(user.id) ?? 0, {
        secondFactor: factors.has(user.id),
        passkey: passkeys.has(user.id),
        factorReset: reset ? toFactorReset(reset, people) : null,
      });
    });
  }

  private change(
    caller: SessionCaller,
    id: string,
    { status, role }: UserChangesInput,
  ): Promise<UserRecord> {
    if (status === 'disabled' || role !== undefined) requireIdentityProof(caller);
    if (status !== undefined && role === undefined) {
      return this.users.setStatus(id, status, caller);
    }
    if (role !== undefined && status === undefined) return this.roles.change(caller, id, role);
    const message = 'Send either `status` or `role`.';
    throw validationFailed([{ field: 'resource', code: 'one_at_a_time', message }]);
  }
}
