import {
  ApiError,
  ConnectionEnded,
  describeFailure,
  isInvalidGrant,
  type Failure,
} from './failures.js';
import type { Flixcheck, Tokens } from './flixcheck.js';
import type { Connection, Session, TokenSnapshot } from './sessions.js';

/** Renewals under way: requests that run side by side share one instead of racing each other. */
const renewals = new WeakMap<Connection, Promise<void>>();

/**
 * Runs a call with the connection's access token. Where the token is refused, it is renewed and
 * the call repeated, once.
 * @throws ConnectionEnded, after forgetting the tokens, where the renewal is refused as well
 */
export async function withToken<Result>(
  flixcheck: Flixcheck,
  session: Session,
  connection: Connection,
  call: (tokens: Tokens) => Promise<Result>,
): Promise<Result> {
  try {
    return await call(connection.tokens);
  } catch (error) {
    if (isInvalidGrant(error)) throw end(session, null, describeFailure(error));
    if (!(error instanceof ApiError) || error.status !== 401) throw error;
    await renew(flixcheck, session, connection, describeFailure(error));
    return call(connection.tokens);
  }
}

/**
 * Exchanges the refresh token for new tokens.
 * @param refusedCall what made the renewal necessary, if it was a refused call
 */
export async function renew(
  flixcheck: Flixcheck,
  session: Session,
  connection: Connection,
  refusedCall: Failure | null,
): Promise<void> {
  const underWay =
    renewals.get(connection) ??
    flixcheck
      .refresh(connection.tokens, session.journal)
      .then((tokens) => void (connection.tokens = tokens))
      .finally(() => renewals.delete(connection));
  renewals.set(connection, underWay);
  try {
    await underWay;
  } catch (error) {
    if (!isInvalidGrant(error)) throw error;
    const call = refusedCall ?? (await refusalOf(flixcheck, session, connection));
    throw end(session, call, describeFailure(error));
  }
}

function end(session: Session, call: Failure | null, refresh: Failure): ConnectionEnded {
  session.ending = { noticedAt: new Date(), call, refresh };
  session.connection = null;
  return new ConnectionEnded(call, refresh);
}

/** What may be shown of the tokens: enough to see that they changed, useless to anybody else. */
export function snapshot(tokens: Tokens): TokenSnapshot {
  return {
    accessTokenEnd: tokens.accessToken.slice(-4),
    refreshTokenEnd: tokens.refreshToken.slice(-4),
    expiresAt: tokens.expiresAt,
    scope: tokens.scope,
  };
}

/** Asks the API whether the access token has ended with the refresh token. */
async function refusalOf(
  flixcheck: Flixcheck,
  session: Session,
  connection: Connection,
): Promise<Failure | null> {
  return flixcheck.profile(connection.tokens, session.journal).then(() => null, describeFailure);
}
