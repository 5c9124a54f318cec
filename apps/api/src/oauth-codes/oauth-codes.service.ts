import { hashSecret, randomSecret, withResponseParameters } from '@flixcheck/oauth-protocol';
import { Inject, Injectable } from '@nestjs/common';
import { InjectDataSource, InjectRepository } from '@nestjs/typeorm';
import { randomUUIDv7 } from 'node:crypto';
import { DataSource, type EntityManager, type Repository } from 'typeorm';
import {
  AccountPolicyStore,
  type OwnAdvanceGrant,
} from '../account-policy/account-policy-store.js';
import { ApprovalRequests } from '../account-policy/approval-requests.js';
import { Clock } from '../config/clock.js';
import { CONFIG, type RuntimeConfig } from '../config/config.module.js';
import type { ConnectionRecord } from '../connections/connection.js';
import { ConnectionsService } from '../connections/connections.service.js';
import { limitProblem } from '../connections/time-limits.js';
import { ApiError } from '../http/api-error.js';
import { refuseOverHourlyLimit } from '../http/attempt-limits.js';
import type { SessionCaller } from '../http/access.js';
import { validationFailed } from '../http/validation.js';
import { OAuthClientsService } from '../oauth-clients/oauth-clients.service.js';
import { AuditLog } from '../users/audit-log.js';
import { UsersService } from '../users/users.service.js';
import { AuthorizationCode } from './authorization-code.entity.js';
import { notAllowed } from './authorization-request/authorization-refusals.js';
import type {
  AuthorizationAttempt,
  AuthorizationRequest,
} from './authorization-request/authorization-request.js';
import {
  AuthorizationRequests,
  connectionVersionOf,
  sessionEnded,
  switchedOff,
  versionOf,
} from './authorization-requests.js';
import { CODE_LIFETIME_MS } from './code-rules.js';
import type { OAuthCodeDto, OAuthCodeInput } from './oauth-codes.dto.js';
import { StateDigests } from './state-digests.js';

/**
 * A person grants access a few times a day; a server that does it every minute, 60 times an hour.
 */
export const MAX_CODES_PER_HOUR = 600;
const CODES_LOCK = 7_304_004;
const LIMIT = {
  table: 'authorization_codes',
  user: 'user_id',
  at: 'created_at',
  most: MAX_CODES_PER_HOUR,
  describe: (seconds: number) =>
    `Access was granted ${MAX_CODES_PER_HOUR} times within an hour. Use the tokens that you have, or try again in ${seconds} seconds.`,
};

export type AuthorizationCodeRecord = Readonly<Omit<AuthorizationCode, 'codeHash'>>;

@Injectable()
export class OAuthCodesService {
  constructor(
    @InjectDataSource() private readonly dataSource: DataSource,
    @Inject(CONFIG) private readonly config: RuntimeConfig,
    private readonly clock: Clock,
    private readonly requests: AuthorizationRequests,
    private readonly users: UsersService,
    private readonly audit: AuditLog,
    private readonly clients: OAuthClientsService,
    private readonly connections: ConnectionsService,
    private readonly policies: AccountPolicyStore,
    private readonly approvalRequests: ApprovalRequests,
    private readonly states: StateDigests,
    @InjectRepository(AuthorizationCode) private readonly codes: Repository<AuthorizationCode>,
  ) {}

  /** @throws ApiError conflict */
  private async stillInAdvance(
    tx: EntityManager,
    request: AuthorizationRequest,
    userId: string,
    advance: OwnAdvanceGrant | null,
    existing: ConnectionRecord | null,
  ): Promise<OwnAdvanceGrant> {
    const still = await this.requests.inAdvance(request, userId, advance, existing, tx);
    if (still) return still;
    throw new ApiError(
      'conflict',
      'Your company has not granted this in advance, or not any more. Ask the user.',
    );
  }

  /**
   * The grant: opens or renews the connection and creates a code under it, or does neither. The
   * page is not trusted: the request is validated again.
   * @param attempt is told the client
   * @throws ApiError as `validateAuthorizationRequest` does; validation_failed; client_not_allowed by
   *   the user's account; too_many_attempts; conflict where an admin has not granted it in advance, or no more;
   *   user_changed when the page was shown for somebody else than the user who is signed in now;
   *   client_changed or connection_changed when it has shown that otherwise than it is now
   */
  async create(
    input: OAuthCodeInput,
    caller: SessionCaller,
    attempt: AuthorizationAttempt,
  ): Promise<OAuthCodeDto> {
    let request = await this.requests.validate(input, false, attempt);
    if (input.userId !== undefined && input.userId !== caller.userId) throw userChanged();
    if (input.inAdvance && input.expiresAt) throw endWithoutQuestion();
    const code = randomSecret();
    const now = this.clock.now();
    const codeExpiresAt = new Date(now.getTime() + CODE_LIFETIME_MS);
    const expiresAt = await this.endOf(input, request.client.id, caller.userId);
    await this.dataSource.transaction(async (tx) => {
      // Both rows stay locked until the commit. Disabling either of them waits, and then ends what
      // was granted here.
      const user = await this.users.lockActive(tx, caller.userId);
      if (!user) throw sessionEnded();
      const client = await this.clients.lockActive(tx, request.client.id);
      if (!client) throw switchedOff();
      // It may have changed since this node read it, and since the page was shown.
      request = await this.requests.validate(input, false, attempt, client);
      if (input.clientVersion !== undefined && input.clientVersion !== versionOf(client)) {
        throw clientChanged();
      }
      const whose = { accountId: user.accountId, userId: user.id };
      const standing = await this.policies.standingForGrant(tx, whose, request.client);
      const { refusal } = standing;
      if (refusal !== null) throw notAllowed(request, refusal, this.config.publicUrl);
      // Parallel requests of the user, which cannot exceed the limit together, wait here; what follows
      // is a statement of its own, because its snapshot must be taken after the lock.
      await tx.query('SELECT pg_advisory_xact_lock(hashtextextended($1, $2))', [
        user.id,
        CODES_LOCK,
      ]);
      await refuseOverHourlyLimit(tx, LIMIT, user.id, now);
      const { connectionVersion, inAdvance } = input;
      const existing =
        connectionVersion !== undefined || inAdvance
          ? await this.connections.findActiveLocked(tx, request.client.id, user.id)
          : null;
      if (connectionVersion !== undefined && connectionVersion !== connectionVersionOf(existing)) {
        throw connectionChanged();
      }
      const advance = inAdvance
        ? await this.stillInAdvance(tx, request, user.id, standing.advance, existing)
        : null;
      const connection = await this.connections.consent(tx, {
        oauthClientId: request.client.id,
        userId: user.id,
        accountId: user.accountId,
        scope: request.scope,
        expiresAt,
        advance,
        at: now,
      });
      const { formerScope } = connection;
      await this.audit.record(tx, {
        actorId: user.id,
        action: formerScope === null ? 'connection_granted' : 'connection_renewed',
        subjectId: connection.id,
        detail: {
          scope: connection.scope,
          ...(formerScope !== null && { formerScope }),
          expiresAt: connection.expiresAt,
          inAdvance: advance !== null,
        },
        at: now,
      });
      await tx.query(
        `INSERT INTO authorization_codes
           (id, code_hash, connection_id, redirect_uri, scope, code_challenge, created_at, expires_at,
            user_id, state_digest)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`,
        [
          randomUUIDv7(),
          hashSecret(code),
          connection.id,
          request.redirectUri,
          request.scope,
          request.codeChallenge ?? null,
          now,
          codeExpiresAt,
          user.id,
          // Who creates the code without the page gets it without a link, and needs no state.
          input.userId === undefined ? null : this.states.of(client.id, request.state),
        ],
      );
      await this.approvalRequests.forgetContinuations(tx, user.id, request.client.id);
    });
    return {
      code,
      expiresAt: codeExpiresAt.toISOString(),
      redirectTo: this.grantRedirect(request, code),
    };
  }

  /**
   * The record of a code, whatever became of it, to explain why a redemption failed.
   * @param code as the client sent it
   */
  find(code: string): Promise<AuthorizationCodeRecord | null> {
    return this.codes.findOneBy({ codeHash: hashSecret(code) });
  }

  /**
   * Where a family stands among the grants of its connection, which must be locked: whether it is
   * of the newest consent, redeemed or not, and whether a code may still open another family.
   */
  async standing(
    tx: EntityManager,
    { connectionId, familyId, at }: { connectionId: string; familyId: string; at: Date },
  ): Promise<{ newest: boolean; redeemable: boolean }> {
    const [standing]: [{ newest: boolean; redeemable: boolean }] = await tx.query(
      `WITH own AS (
         SELECT coalesce(grant_no, 0) AS grant_no, created_at
           FROM authorization_codes WHERE connection_id = $1 AND family_id = $2
       )
       SELECT NOT EXISTS (
                SELECT FROM authorization_codes later LEFT JOIN own ON true
                 WHERE later.connection_id = $1 AND later.family_id IS DISTINCT FROM $2
                   AND (own.created_at IS NULL OR
                        (coalesce(later.grant_no, 0), later.created_at) > (own.grant_no, own.created_at))
              ) AS newest,
              EXISTS (
                SELECT FROM authorization_codes
                 WHERE connection_id = $1 AND redeemed_at IS NULL AND expires_at > $3
              ) AS redeemable`,
      [connectionId, familyId, at],
    );
    return standing;
  }

  /** @throws ApiError validation_failed, except for the end that the connection has already */
  private async endOf(
    { expiresAt }: OAuthCodeInput,
    oauthClientId: string,
    userId: string,
  ): Promise<Date | null | undefined> {
    if (expiresAt === undefined || expiresAt === null) return expiresAt;
    const end = new Date(expiresAt);
    const problem = limitProblem(end, this.clock.now());
    if (!problem) return end;
    const existing = await this.connections.findActive(oauthClientId, userId);
    if (existing?.expiresAt?.getTime() === end.getTime()) return end;
    throw validationFailed([problem]);
  }

  /** RFC 6749 §4.1.2 with `iss` (RFC 9207 §2). */
  private grantRedirect({ redirectUri, state }: AuthorizationRequest, code: string): string | null {
    if (redirectUri === null) return null;
    return withResponseParameters(redirectUri, { code, state, iss: this.config.publicUrl });
  }
}

function endWithoutQuestion(): ApiError {
  const message =
    'What was granted in advance has no end. Leave out expiresAt, or ask the user and leave out inAdvance.';
  return validationFailed([{ field: 'expiresAt', code: 'not_in_advance', message }]);
}

function userChanged(): ApiError {
  return new ApiError(
    'user_changed',
    'Somebody else has signed in since the page was shown. Read the authorization request again and show whom it is for.',
  );
}

function clientChanged(): ApiError {
  return new ApiError(
    'client_changed',
    'What the page shows of the application has changed since. Read the authorization request again and show it.',
  );
}

function connectionChanged(): ApiError {
  return new ApiError(
    'connection_changed',
    'The connection that the page shows has been opened, changed or ended since. Read the authorization request again and show it.',
  );
}
