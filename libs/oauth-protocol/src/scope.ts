import { DEFAULT_SCOPES, isScope, type Scope, scopeIncludes, SCOPES } from './scope-table.js';

/** Longer than every combination of known scopes; whatever is longer is refused unread. */
const MAX_SCOPE_LENGTH = Math.max(200, SCOPES.join(' ').length);

export type ScopeResult = { ok: true; scope: string } | { ok: false; reason: string };

/** The distinct tokens of a scope string, in the order given (RFC 6749 §3.3: space-delimited). */
export function splitScope(scope: string): string[] {
  return [...new Set(scope.split(' ').filter((token) => token !== ''))];
}

/**
 * Whether `held` lets its bearer do what `needed` asks for.
 * @param held a granted scope string
 */
export function scopeAllows(held: string, needed: Scope): boolean {
  return splitScope(held).some((token) => isScope(token) && scopeIncludes(token, needed));
}

/** Whether everything that `narrower` allows, `wider` allows too. */
export function scopeCovers(wider: string, narrower: string): boolean {
  return splitScope(narrower).every((token) => isScope(token) && scopeAllows(wider, token));
}

/**
 * What is left of a granted scope under what else limits it: a token may do what its own grant, the
 * connection and the client's registration all allow.
 * @param granted in the order asked, which stays
 * @param limits each a scope string
 * @returns '' where nothing is left
 */
export function limitScope(granted: string, ...limits: string[]): string {
  const allowed = (scope: Scope) => limits.every((limit) => scopeAllows(limit, scope));
  const left = splitScope(granted).flatMap((token) =>
    // One that is no longer allowed is replaced by what it includes, as far as that still is.
    isScope(token) && !allowed(token)
      ? SCOPES.filter((other) => scopeAllows(token, other) && allowed(other))
      : [token],
  );
  return [...new Set(left)].join(' ');
}

/** The scopes that allow what `scope` does, itself among them. */
export function scopesAllowing(scope: string): Scope[] {
  return SCOPES.filter((candidate) => scopeCovers(candidate, scope));
}

/**
 * Decides the scope of a grant.
 *
 * @param requested the `scope` parameter; absent or empty means `readwrite`, as the documented
 *   links say, or `read` for a client that may have no more; one that may have neither names its own
 * @param registered the scopes that the client may ask for
 * @returns the granted scope in the order asked, or the reason for `invalid_scope`
 */
export function resolveRequestedScope(
  requested: string | undefined,
  registered: readonly string[],
): ScopeResult {
  const allowed = registered.join(' ');
  if (requested === undefined || requested.trim() === '') {
    const scope = DEFAULT_SCOPES.find((each) => scopeAllows(allowed, each));
    return scope
      ? { ok: true, scope }
      : { ok: false, reason: `The request must name a scope: the client may have '${allowed}'.` };
  }
  return checkScope(requested, allowed, 'The client is registered for');
}

/**
 * Decides the scope of a refreshed access token: it may narrow, never widen (RFC 6749 §6).
 * @param requested the `scope` parameter of the refresh; absent means all that was granted
 * @param granted the scope of the refresh token
 */
export function narrowScope(requested: string | undefined, granted: string): ScopeResult {
  if (requested === undefined || requested.trim() === '') return { ok: true, scope: granted };
  return checkScope(requested, granted, 'The user granted');
}

function checkScope(requested: string, allowed: string, who: string): ScopeResult {
  if (requested.length > MAX_SCOPE_LENGTH) {
    return { ok: false, reason: `The scope is longer than ${MAX_SCOPE_LENGTH} characters.` };
  }
  const tokens = splitScope(requested);
  const unknown = tokens.some((token) => !isScope(token));
  if (unknown) {
    return {
      ok: false,
      reason: `The scope has an unknown value; known are: ${SCOPES.join(', ')}.`,
    };
  }
  const scope = tokens.join(' ');
  return scopeCovers(allowed, scope)
    ? { ok: true, scope }
    : { ok: false, reason: `${who} '${allowed}', which does not cover the scope asked for.` };
}
