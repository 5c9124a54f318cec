import {
  AccessTokenError,
  type AccessTokenClaims,
  checkTimes,
  connectionTimeIsUp,
  verifyAccessToken,
} from './access-token.js';
import { authorize, type RequiredAccess } from './bearer.js';
import { RemoteKeySet, type RemoteKeySetOptions } from './remote-key-set.js';

/** Tells whether a token that is good by itself has been ended. */
export interface RevocationSource {
  /**
   * @param token as presented, for sources that have to show it
   * @throws Error when nobody can tell: the token is then not accepted
   */
  isRevoked(claims: AccessTokenClaims, token: string): boolean | Promise<boolean>;
}

export interface AccessTokenVerifierOptions extends RemoteKeySetOptions {
  /** `iss`, byte for byte: the PUBLIC_URL of Flixcheck Connect. */
  issuer: string;
  /** `aud`; the issuer by default. */
  audience?: string;
  /**
   * How revocation reaches this service. There is no default, because leaving it out would mean
   * that an ended connection keeps working for up to an hour.
   */
  revocation: RevocationSource;
  /** Between the issuer's clock and this one; 60 by default, which is also the most. */
  clockToleranceSeconds?: number;
}

const MAX_TOLERANCE_SECONDS = 60;

/** Accepts or refuses Flixcheck Connect's access tokens for another service. */
export class AccessTokenVerifier {
  private readonly keys: RemoteKeySet;
  private readonly tolerance: number;

  constructor(private readonly options: AccessTokenVerifierOptions) {
    this.keys = new RemoteKeySet(options.issuer, options);
    this.tolerance = Math.min(
      options.clockToleranceSeconds ?? MAX_TOLERANCE_SECONDS,
      MAX_TOLERANCE_SECONDS,
    );
  }

  /**
   * All that a route has to ask: whether there is a token, whether it is good, and what it allows.
   * @param authorization the request's header of this name
   * @throws BearerError with the `status` and the `headers` of the answer
   */
  authorize(
    authorization: string | undefined,
    required: RequiredAccess,
  ): Promise<AccessTokenClaims> {
    return authorize(this, authorization, required);
  }

  /**
   * @param token what stands after `Bearer `
   * @throws AccessTokenError when it is not good; any other error means that nobody can tell (503)
   */
  async verify(token: string): Promise<AccessTokenClaims> {
    const { issuer, audience = issuer, revocation, now } = this.options;
    const claims = await verifyAccessToken(token, {
      issuer,
      audience,
      keyOf: (kid) => this.keys.find(kid),
    });
    const at = now?.() ?? new Date();
    checkTimes(claims, at, {
      expirySeconds: this.tolerance,
      futureSeconds: this.tolerance,
    });
    // A client whose connection got more time meanwhile refreshes, and goes on.
    if (connectionTimeIsUp(claims, at)) {
      throw new AccessTokenError('revoked', 'The connection has ended.');
    }
    if (await revocation.isRevoked(claims, token)) {
      throw new AccessTokenError('revoked', 'The access token has been revoked.');
    }
    return claims;
  }
}
