import {
  hashSecret,
  isCodeVerifier,
  type RefreshToken,
  s256Challenge,
} from '@flixcheck/oauth-protocol';
import { Inject, Injectable } from '@nestjs/common';
import { randomUUIDv7 } from 'node:crypto';
import { allowedByAccount } from '../account-policy/account-policy.js';
import { AccountPolicyStore } from '../account-policy/account-policy-store.js';
import { SECOND } from '../config/clock.js';
import { CONFIG, type RuntimeConfig } from '../config/config.module.js';
import { inWords } from '../config/in-words.js';
import { activeAndOf } from '../connections/connection-endings.js';
import { ConnectionsService } from '../connections/connections.service.js';
import { Revocations } from '../connections/revocations.js';
import { SharedStatement } from '../database/shared-statement.js';
import { StatementPool } from '../database/statement-pool.js';
import { type Explanation, OAuthError } from '../http/api-error.js';
import { requireParameter } from '../oauth-clients/client-request.js';
import { redirectUriDifference } from '../oauth-clients/redirect-uri-difference.js';
import { explanation } from '../oauth-clients/request-explanation.js';
import { RequestLog } from '../oauth-clients/request-log.js';
import { CODE_LIFETIME_MS } from '../oauth-codes/code-rules.js';
import { OAuthCodesService } from '../oauth-codes/oauth-codes.service.js';
import {
  clientNotAllowed,
  connectionEnded,
  type Grant,
  type Granted,
  type GrantedRow,
  invalidGrant,
  LIMIT_COLUMNS,
  selectLimits,
} from './grant.js';
import type { TokenRequest } from './oauth-tokens.dto.js';
import { MAX_FAMILIES, RefreshTokenFamilies } from './refresh-token-families.js';
import { hashHandle, hashRefreshToken, idlesOutAt, RefreshTokens } from './refresh-tokens.js';

/** RFC 7636 §4.1. */
const CODE_VERIFIER_LENGTH = [43, 128] as const;
/** 32 random bytes as base64url. */
const CODE_LENGTH = 43;

/** A repeat this soon after the first use is a duplicated request, not an attack. */
export const DUPLICATE_REQUEST_MS = 2 * SECOND;

interface RedeemInput {
  request: TokenRequest;
  codeHash: Buffer;
  /** The S256 challenge of the verifier that was sent. */
  codeChallenge: string | undefined;
  /** Of the family that the code opens. */
  familyId: string;
  refreshToken: RefreshToken;
  /** Whether a moment may have been decided that new tokens must not seem older than. */
  lookForNotBefore: boolean;
}

interface RedeemedRow extends GrantedRow {
  position: number;
  /** How many other families the connection has, as far as they matter. */
  others: number;
}

/** The rules of the grant, all in one statement: it uses the code up, or does nothing. */
const REDEEM = {
  name: 'redeem_code',
  columns: {
    code_hash: ['bytea', ({ codeHash }: RedeemInput) => codeHash],
    oauth_client_id: ['uuid', ({ request }: RedeemInput) => request.client.id],
    client_id: ['text', ({ request }: RedeemInput) => request.client.clientId],
    at: ['timestamptz', ({ request }: RedeemInput) => request.at.toISOString()],
    redirect_uri: ['text', ({ request }: RedeemInput) => request.parameters.redirect_uri ?? null],
    code_challenge: ['text', ({ codeChallenge }: RedeemInput) => codeChallenge ?? null],
    family_id: ['uuid', ({ familyId }: RedeemInput) => familyId],
    handle_hash: ['bytea', ({ refreshToken }: RedeemInput) => hashHandle(refreshToken)],
    token_hash: ['bytea', ({ refreshToken }: RedeemInput) => hashRefreshToken(refreshToken)],
    expires_at: ['timestamptz', ({ request }: RedeemInput) => idlesOutAt(request.at).toISOString()],
  },
  isPlain: ({ lookForNotBefore }: RedeemInput) => !lookForNotBefore,
  text: (askedRows: string, plain: boolean) => `
   WITH asked AS (
     ${askedRows}
   ), redeemed AS (
     UPDATE authorization_codes code
        SET redeemed_at = asked.at, family_id = asked.family_id
       FROM asked, connections c
      WHERE code.code_hash = ANY (ARRAY[asked.code_hash])
        AND c.id = ANY (ARRAY[code.connection_id])
        -- Issued to this client, whose connection still stands (RFC 6749 §4.1.3).
        AND ${activeAndOf('asked.oauth_client_id', 'asked.at')}
        AND ${allowedByAccount('c.account_id', 'c.oauth_client_id')}
        -- Once, and soon (RFC 6749 §4.1.2).
        AND code.redeemed_at IS NULL
        AND code.expires_at > asked.at
        -- The same redirect URI, where one is sent: older clients leave it out.
        AND (asked.redirect_uri IS NULL OR code.redirect_uri = asked.redirect_uri)
        -- A verifier without a challenge fails as well as the reverse (RFC 9700 §2.1.1).
        AND code.code_challenge IS NOT DISTINCT FROM asked.code_challenge
     RETURNING asked.position, asked.at, asked.family_id, asked.handle_hash, asked.token_hash,
               asked.expires_at, code.connection_id, code.scope, c.user_id, c.account_id,
               ${selectLimits(!plain, 'asked.client_id')}
   ), family AS (
     INSERT INTO refresh_token_families
            (id, connection_id, handle_hash, scope, generation, current_hash, created_at, expires_at)
     SELECT family_id, connection_id, handle_hash, scope, 1, token_hash, at, expires_at
       FROM redeemed
   ), event AS (
     INSERT INTO connection_events (connection_id, at, type, scope)
     SELECT connection_id, at, 'token_issued', scope FROM redeemed
   )
   SELECT position::integer, family_id AS "familyId", connection_id AS "connectionId",
          user_id AS "userId", account_id AS "accountId", scope, ${LIMIT_COLUMNS},
          (SELECT count(*)::integer FROM (
             SELECT FROM refresh_token_families other
              WHERE other.connection_id = redeemed.connection_id AND other.ended_at IS NULL
                AND other.expires_at > redeemed.at
              LIMIT ${MAX_FAMILIES}) others) AS others
     FROM redeemed`,
  keyOf: ({ codeHash }: RedeemInput) => codeHash,
} as const;

/** `authorization_code`: a code becomes the first tokens of a family. */
@Injectable()
export class AuthorizationCodeGrant implements Grant {
  /** Shared by the requests that come meanwhile; each is decided on its own. */
  private readonly redeem: SharedStatement<RedeemInput, RedeemedRow>;

  constructor(
    @Inject(CONFIG) config: RuntimeConfig,
    pool: StatementPool,
    private readonly codes: OAuthCodesService,
    private readonly connections: ConnectionsService,
    private readonly revocations: Revocations,
    private readonly families: RefreshTokenFamilies,
    private readonly refreshTokens: RefreshTokens,
    private readonly policies: AccountPolicyStore,
    private readonly log: RequestLog,
  ) {
    this.redeem = new SharedStatement(pool, { ...REDEEM, shared: config.sharedStatements });
  }

  /** RFC 6749 §4.1.3, RFC 7636 §4.5. */
  async grant(request: TokenRequest): Promise<Granted> {
    const { code_verifier: verifier } = request.parameters;
    const code = requireParameter(request.parameters, 'code');
    if (verifier !== undefined && !isCodeVerifier(verifier)) throw malformedVerifier(verifier);
    const codeChallenge = verifier === undefined ? undefined : s256Challenge(verifier);
    const refreshToken = this.refreshTokens.create();
    const row = await this.redeem.run({
      request,
      codeHash: hashSecret(code),
      codeChallenge,
      familyId: randomUUIDv7(),
      refreshToken,
      lookForNotBefore: this.revocations.mayRefuseNewTokens,
    });
    if (!row) throw await this.explain(code, codeChallenge, request);
    if (row.others >= MAX_FAMILIES) await this.families.supersede(row, request.at);
    request.connectionId = row.connectionId;
    return { row, refreshToken };
  }

  /**
   * Finds out, on a new snapshot, why the statement did nothing; a second use ends the family. What
   * the rightful client would not get wrong is checked first, so that an attempt which fails for
   * such a reason never ends what the rightful client holds.
   */
  private async explain(
    code: string,
    codeChallenge: string | undefined,
    request: TokenRequest,
  ): Promise<OAuthError> {
    const { client, at: now } = request;
    const { redirect_uri: redirectUri, code_verifier: verifier } = request.parameters;
    const record = await this.codes.find(code);
    const connection = record && (await this.connections.findRecord(record.connectionId));
    if (!record || !connection) {
      return invalidGrant(
        'code_unknown',
        `There is no such code. Send it within ${inWords(CODE_LIFETIME_MS)}, as it was in the query, URL-decoded once.`,
        () =>
          code.length === CODE_LENGTH
            ? undefined
            : explanation('code_length', { length: code.length, expected: CODE_LENGTH }),
      );
    }
    if (connection.oauthClientId !== client.id) {
      return invalidGrant('code_of_other_client', 'The code was issued to another client.', () =>
        explanation('code_of_other_client', {}),
      );
    }
    request.connectionId = connection.id;
    if (redirectUri !== undefined && record.redirectUri !== redirectUri) {
      return record.redirectUri === null
        ? invalidGrant(
            'redirect_uri_unexpected',
            'The code is bound to no redirect URI. Leave redirect_uri out.',
          )
        : invalidGrant(
            'redirect_uri_mismatch',
            'redirect_uri is not the one of the authorization request. Send the same, character for character, or leave it out.',
            () => explainRedirectUri(redirectUri, record.redirectUri ?? ''),
          );
    }
    const pkce = explainPkce(record.codeChallenge, codeChallenge, verifier);
    if (pkce) return pkce;
    const refusal = await this.policies.refusal(connection.accountId, client);
    if (connection.revokedAt !== null) {
      return refusal ? clientNotAllowed(refusal) : connectionEnded(connection.revokedAt);
    }
    const { redeemedAt } = record;
    if (redeemedAt !== null) {
      const late = now.getTime() - redeemedAt.getTime() > DUPLICATE_REQUEST_MS;
      if (late && record.familyId !== null) {
        await this.families.end(
          record.familyId,
          'code_reused',
          'The authorization code was used a second time.',
          now,
        );
      }
      return invalidGrant(
        'code_already_used',
        late
          ? 'The code has been used before, so the tokens that it gave have been ended. Send the user to the authorize page again.'
          : 'The code has just been used. A code works once; use the tokens of the first answer.',
        async () =>
          explanation('code_used', {
            usedAt: redeemedAt.toISOString(),
            requestId: await this.log.findGrant(client.id, connection.id, redeemedAt),
          }),
      );
    }
    if (record.expiresAt <= now) {
      return invalidGrant(
        'code_expired',
        `The code has expired; it lives ${inWords(CODE_LIFETIME_MS)}. Send the user to the authorize page again.`,
        () =>
          explanation('code_expired', {
            secondsAgo: Math.floor((now.getTime() - record.expiresAt.getTime()) / SECOND),
            expiredAt: record.expiresAt.toISOString(),
          }),
      );
    }
    if (refusal) return clientNotAllowed(refusal);
    // Nothing is wrong any more: the statement lost against something that is over by now.
    return invalidGrant('code_unusable', 'The code could not be used just now. Try again.');
  }
}

/** RFC 7636 §4.1. */
function malformedVerifier(verifier: string): OAuthError {
  return invalidGrant(
    'code_verifier_malformed',
    `The code_verifier must have ${CODE_VERIFIER_LENGTH.join(' to ')} characters, of A-Z a-z 0-9 - . _ ~ only.`,
    () => {
      const { length } = verifier;
      const [least, most] = CODE_VERIFIER_LENGTH;
      if (length < least || length > most)
        return explanation('verifier_length', { length, least, most });
      return explanation('verifier_character', { position: verifier.search(/[^\w\-.~]/) + 1 });
    },
  );
}

function explainRedirectUri(sent: string, requested: string): Explanation | undefined {
  const difference = redirectUriDifference(sent, [requested]);
  if (!difference) return undefined;
  const { expected, ...found } = difference;
  return explanation('redirect_uri_differs_from_request', { ...found, requested: expected });
}

/** RFC 7636 §4.6. Ignoring a challenge or a verifier without the other would defeat PKCE. */
function explainPkce(
  challenge: string | null,
  sent: string | undefined,
  verifier: string | undefined,
): OAuthError | undefined {
  if (challenge === null && sent !== undefined) {
    return invalidGrant(
      'code_verifier_unexpected',
      'The authorization request had no code_challenge, so there must be no code_verifier. Put a code_challenge in the link.',
      () => explanation('no_pkce', {}),
    );
  }
  if (challenge !== null && sent === undefined) {
    return invalidGrant(
      'code_verifier_missing',
      'The authorization request had a code_challenge, so code_verifier is needed.',
      () => explanation('verifier_missing', {}),
    );
  }
  if (challenge !== null && sent !== undefined && challenge !== sent) {
    return invalidGrant(
      'code_verifier_mismatch',
      'The code_verifier does not match the code_challenge of the authorization request.',
      () =>
        verifier === challenge
          ? explanation('verifier_plain', {})
          : explanation('verifier_differs', { sent, requested: challenge }),
    );
  }
  return undefined;
}
