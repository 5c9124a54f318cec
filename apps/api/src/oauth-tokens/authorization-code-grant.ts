import {
  hashSecret,
  isCodeVerifier,
  type RefreshToken,
  s256Challenge,
} from '@flixcheck/oauth-protocol';
import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { randomUUID } from 'node:crypto';
import { DataSource } from 'typeorm';
import { allowedByAccount } from '../account-policy/account-policy.js';
import { AccountPolicyStore } from '../account-policy/account-policy-store.js';
import { SECOND } from '../config/clock.js';
import { inWords } from '../config/in-words.js';
import { activeAt, ConnectionsService } from '../connections/connections.service.js';
import { preparedStatement } from '../database/prepared-statement.js';
import { OAuthError } from '../http/api-error.js';
import { requireParameter } from '../oauth-clients/client-request.js';
import { CODE_LIFETIME_MS } from '../oauth-codes/code-rules.js';
import { OAuthCodesService } from '../oauth-codes/oauth-codes.service.js';
import {
  clientNotAllowed,
  connectionEnded,
  type Grant,
  type GrantedRow,
  type GrantInput,
  Grants,
  idlesOutAt,
  invalidGrant,
  LIMITS,
  limits,
  type TokenRequest,
  type TokenResponse,
} from './grant.js';
import { MAX_FAMILIES, RefreshTokenFamilies } from './refresh-token-families.js';
import { hashHandle, hashRefreshToken, RefreshTokens } from './refresh-tokens.js';
import { TokenMetrics } from './token-metrics.js';

/** A repeat this soon after the first use is a duplicated request, not an attack. */
export const DUPLICATE_REQUEST_MS = 2 * SECOND;

/** `authorization_code`: a code becomes the first tokens of a family. */
@Injectable()
export class AuthorizationCodeGrant implements Grant {
  constructor(
    @InjectDataSource() private readonly dataSource: DataSource,
    private readonly grants: Grants,
    private readonly codes: OAuthCodesService,
    private readonly connections: ConnectionsService,
    private readonly families: RefreshTokenFamilies,
    private readonly refreshTokens: RefreshTokens,
    private readonly metrics: TokenMetrics,
    private readonly policies: AccountPolicyStore,
  ) {}

  /** RFC 6749 §4.1.3, RFC 7636 §4.5. */
  async grant(request: TokenRequest): Promise<TokenResponse> {
    const { parameters, at } = request;
    const code = requireParameter(parameters, 'code');
    const verifier = parameters.code_verifier;
    if (verifier !== undefined && !isCodeVerifier(verifier)) {
      throw new OAuthError(
        'invalid_grant',
        'code_verifier_malformed',
        'The code_verifier must have 43 to 128 characters, of A-Z a-z 0-9 - . _ ~ only.',
      );
    }
    const redemption = {
      codeHash: hashSecret(code),
      ...this.grants.inputOf(request),
      redirectUri: parameters.redirect_uri,
      codeChallenge: verifier === undefined ? undefined : s256Challenge(verifier),
    };
    const refreshToken = this.refreshTokens.create();
    const granted = await redeemCode(this.dataSource, {
      ...redemption,
      family: { id: randomUUID(), token: refreshToken, expiresAt: idlesOutAt(at) },
    });
    if (!granted) throw await this.explain(code, redemption, request);
    this.metrics.familiesEnded('superseded', granted.superseded);
    request.connectionId = granted.connectionId;
    return this.grants.respond(request, granted, refreshToken);
  }

  /**
   * Finds out, on a new snapshot, why the statement did nothing; a second use ends the family. What
   * the rightful client would not get wrong is checked first, so that an attempt which fails for
   * such a reason never ends what the rightful client holds.
   */
  private async explain(
    code: string,
    { oauthClientId, redirectUri, codeChallenge, now }: Omit<RedeemInput, 'family'>,
    request: TokenRequest,
  ): Promise<OAuthError> {
    const record = await this.codes.find(code);
    const connection = record && (await this.connections.findRecord(record.connectionId));
    if (!record || !connection) {
      return invalidGrant(
        'code_unknown',
        `There is no such code. Send it within ${inWords(CODE_LIFETIME_MS)}, as it was in the query, URL-decoded once.`,
      );
    }
    if (connection.oauthClientId !== oauthClientId) {
      return invalidGrant('code_of_other_client', 'The code was issued to another client.');
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
          );
    }
    const pkce = explainPkce(record.codeChallenge, codeChallenge);
    if (pkce) return pkce;
    const refusal = await this.policies.refusal(connection.accountId, request.client);
    if (connection.revokedAt !== null) {
      return refusal ? clientNotAllowed(refusal) : connectionEnded();
    }
    if (record.redeemedAt !== null) {
      const late = now.getTime() - record.redeemedAt.getTime() > DUPLICATE_REQUEST_MS;
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
      );
    }
    if (record.expiresAt <= now) {
      return invalidGrant(
        'code_expired',
        `The code has expired; it lives ${inWords(CODE_LIFETIME_MS)}. Send the user to the authorize page again.`,
      );
    }
    if (refusal) return clientNotAllowed(refusal);
    // Nothing is wrong any more: the statement lost against something that is over by now.
    return invalidGrant('code_unusable', 'The code could not be used just now. Try again.');
  }
}

/** What a code resulted in, and how many older families were ended to make room. */
export interface RedeemedRow extends GrantedRow {
  superseded: number;
}

interface RedeemInput extends GrantInput {
  codeHash: Buffer;
  redirectUri: string | undefined;
  /** The S256 challenge of the verifier that was sent. */
  codeChallenge: string | undefined;
  family: { id: string; token: RefreshToken; expiresAt: Date };
}

const redeem = preparedStatement<RedeemedRow>(
  'redeem_code',
  `WITH redeemed AS (
     UPDATE authorization_codes code
        SET redeemed_at = $3, family_id = $6
       FROM connections c
      WHERE code.code_hash = $1
        AND c.id = code.connection_id
        AND c.oauth_client_id = $2
        AND ${activeAt('$3')}
        AND ${allowedByAccount('c.account_id', 'c.oauth_client_id')}
        AND code.redeemed_at IS NULL
        AND code.expires_at > $3
        AND ($4::text IS NULL OR code.redirect_uri = $4)
        AND code.code_challenge IS NOT DISTINCT FROM $5::text
     RETURNING code.connection_id, code.scope, c.user_id, c.account_id,
               ${limits('$10::boolean', '$11::text')}
   ), superseded AS (
     UPDATE refresh_token_families
        SET ended_at = $3, end_reason = 'superseded'
      WHERE ended_at IS NULL AND id IN (
        SELECT other.id FROM refresh_token_families other
          JOIN redeemed ON redeemed.connection_id = other.connection_id
         WHERE other.ended_at IS NULL AND other.expires_at > $3
         ORDER BY coalesce(other.rotated_at, other.created_at) DESC, other.id
        OFFSET ${MAX_FAMILIES - 1})
     RETURNING connection_id
   ), farewell AS (
     INSERT INTO connection_events (connection_id, at, type, detail)
     SELECT connection_id, $3, 'grant_revoked', 'superseded' FROM superseded
   ), family AS (
     INSERT INTO refresh_token_families
            (id, connection_id, handle_hash, scope, generation, current_hash, created_at, expires_at)
     SELECT $6, connection_id, $7, scope, 1, $8, $3, $9 FROM redeemed
   ), event AS (
     INSERT INTO connection_events (connection_id, at, type, scope)
     SELECT connection_id, $3, 'token_issued', scope FROM redeemed
   )
   SELECT $6::uuid AS "familyId", connection_id AS "connectionId", user_id AS "userId",
          account_id AS "accountId", scope, ${LIMITS},
          (SELECT count(*)::integer FROM superseded) AS superseded
     FROM redeemed`,
);

/** Uses the code up and opens its refresh token family, or does nothing and returns undefined. */
async function redeemCode(
  dataSource: DataSource,
  input: RedeemInput,
): Promise<RedeemedRow | undefined> {
  const rows = await redeem(dataSource, [
    input.codeHash,
    input.oauthClientId,
    input.now,
    input.redirectUri ?? null,
    input.codeChallenge ?? null,
    input.family.id,
    hashHandle(input.family.token),
    hashRefreshToken(input.family.token),
    input.family.expiresAt,
    input.lookForNotBefore,
    input.clientId,
  ]);
  return rows[0];
}

/** RFC 7636 §4.6. Ignoring a challenge or a verifier without the other would defeat PKCE. */
function explainPkce(challenge: string | null, sent: string | undefined): OAuthError | undefined {
  if (challenge === null && sent !== undefined) {
    return invalidGrant(
      'code_verifier_unexpected',
      'The authorization request had no code_challenge, so there must be no code_verifier. Put a code_challenge in the link.',
    );
  }
  if (challenge !== null && sent === undefined) {
    return invalidGrant(
      'code_verifier_missing',
      'The authorization request had a code_challenge, so code_verifier is needed.',
    );
  }
  if (challenge !== null && challenge !== sent) {
    return invalidGrant(
      'code_verifier_mismatch',
      'The code_verifier does not match the code_challenge of the authorization request.',
    );
  }
  return undefined;
}
