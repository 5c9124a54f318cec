import type { Explanation } from '../http/api-error.js';
import type { OAuthRequestEntity } from './oauth-request.entity.js';

type Value = string | number | null;

const METHODS = {
  basic: 'HTTP Basic',
  body: 'client_secret in the body',
  basic_and_body: 'HTTP Basic and client_secret in the body',
  none: 'its client_id alone',
};
const EXPECTED = {
  none: 'its client_id alone, without a secret',
  secret: 'either HTTP Basic or client_secret in the body',
};

/**
 * What the request log can say of a failure beyond its answer, in English for the command line.
 * The portal has the same codes in the reader's language (`i18n/request-log`).
 */
const SENTENCES = {
  code_expired: (p: { secondsAgo: number; expiredAt: string }) =>
    `It expired ${p.secondsAgo} s ago, at ${p.expiredAt}.`,
  code_used: (p: { usedAt: string; requestId: string | null }) =>
    `It was used at ${p.usedAt}${by(p.requestId)}.`,
  code_of_other_client: (_: Nothing) =>
    'It belongs to another client_id than the one that sent it.',
  code_length: (p: { length: number; expected: number }) =>
    `What was sent has ${p.length} characters; a code has ${p.expected}.`,
  redirect_uri_differs: (p: {
    position: number;
    registered: string;
    sent: string;
    whole: string | null;
  }) => `It differs at character ${p.position}: registered ${p.registered}, sent ${p.sent}.`,
  redirect_uri_differs_from_request: (p: {
    position: number;
    requested: string;
    sent: string;
    whole: string | null;
  }) =>
    `It differs at character ${p.position}: the authorization request had ${p.requested}, sent ${p.sent}.`,
  secret_removed: (p: { lastFour: string; removedAt: string }) =>
    `It ends in …${p.lastFour}, as the one that was removed on ${p.removedAt}.`,
  secret_expired: (p: { lastFour: string; expiredAt: string }) =>
    `It ends in …${p.lastFour} and expired on ${p.expiredAt}.`,
  secret_like_live: (p: { lastFour: string }) =>
    `It ends in …${p.lastFour}, as a valid one does, but differs from it before that.`,
  secret_with_space: (p: { lastFour: string }) =>
    `It is the valid one that ends in …${p.lastFour}, with white space before or after it.`,
  secret_in_quotes: (p: { lastFour: string }) =>
    `It is the valid one that ends in …${p.lastFour}, in quotation marks.`,
  secret_encoded: (p: { lastFour: string }) =>
    `It is the valid one that ends in …${p.lastFour}, percent-encoded once too often.`,
  authentication_method: (p: { sent: keyof typeof METHODS; expected: 'none' | 'secret' }) =>
    `The client sent ${METHODS[p.sent]}; it has to send ${EXPECTED[p.expected]}.`,
  authentication_scheme: (p: { scheme: string }) =>
    `The Authorization header has the scheme ${p.scheme}.`,
  verifier_length: (p: { length: number; least: number; most: number }) =>
    `It has ${p.length} characters; it needs ${p.least} to ${p.most}.`,
  verifier_character: (p: { position: number }) =>
    `Character ${p.position} is none of A-Z a-z 0-9 - . _ ~.`,
  verifier_plain: (_: Nothing) =>
    'The code_verifier is the code_challenge of the link. Either the link had the verifier itself, as with the method plain, and needs the S256 of it; or the exchange sent the challenge instead of the verifier.',
  verifier_differs: (p: { sent: string; requested: string }) =>
    `Its S256 is ${p.sent}; the authorization request had ${p.requested}.`,
  no_pkce: (_: Nothing) => 'The authorization request had no PKCE: no code_challenge.',
  verifier_missing: (_: Nothing) => 'The authorization request used PKCE, the exchange does not.',
  refresh_replaced: (p: { replacedAt: string; requestId: string | null }) =>
    `It was replaced at ${p.replacedAt} by a refresh${by(p.requestId)}.`,
  refresh_replaced_before: (p: { newestAt: string; requestId: string | null }) =>
    `It was replaced earlier than the newest refresh, at ${p.newestAt}${by(p.requestId)}.`,
  refresh_ended: (p: { endedAt: string; requestId: string | null }) =>
    `That was at ${p.endedAt}${by(p.requestId)}.`,
  refresh_expired: (p: { expiredAt: string }) => `It expired at ${p.expiredAt}.`,
  refresh_is_access_token: (_: Nothing) => 'What was sent looks like an access token (a JWT).',
  refresh_length: (p: { length: number; expected: number }) =>
    `What was sent has ${p.length} characters; a refresh token has ${p.expected}.`,
  connection_ended: (p: { endedAt: string }) => `The connection ended at ${p.endedAt}.`,
  connection_ended_because: (p: { endedAt: string; reason: string }) =>
    `The connection ended at ${p.endedAt} (${p.reason}).`,
  access_token_expired: (p: { secondsAgo: number; expiredAt: string }) =>
    `It expired ${p.secondsAgo} s ago, at ${p.expiredAt}.`,
  scope_insufficient: (p: { scope: string; needed: string }) =>
    `The token has the scope ${p.scope}; this takes ${p.needed}.`,
  calls_counted: (p: { requests: number; sinceAt: string; untilAt: string }) =>
    `This is the last of ${p.requests} calls that were refused for the same reason from ${p.sinceAt} to ${p.untilAt}; the others have no entry of their own.`,
  parameters_misplaced: (p: { where: 'query' | 'resource' | 'json'; names: string }) =>
    `${MISPLACED[p.where]}: ${p.names}.`,
  parameter: (p: { parameter: string }) => `It is about ${p.parameter}.`,
  value_unknown: (p: { parameter: string; sent: string }) => `Sent as ${p.parameter}: ${p.sent}.`,
} satisfies Record<string, (parameters: never) => string>;

const MISPLACED = {
  query: 'In query',
  resource: 'In resource',
  json: 'In JSON, whose Content-Type says that it is a form',
};

type Nothing = Record<string, never>;
export type ExplanationCode = keyof typeof SENTENCES;

/** @param parameters nothing secret, and no more than the client itself sent or its registry shows */
export function explanation<Code extends ExplanationCode>(
  code: Code,
  parameters: Parameters<(typeof SENTENCES)[Code]>[0],
): Explanation {
  const sayable = Object.fromEntries(
    Object.entries<Value>(parameters).map(([name, value]) => [name, storable(value)]),
  );
  const sentence = (SENTENCES[code] as (given: unknown) => string)(sayable);
  return { code, parameters: sayable, sentence };
}

/** How an entry of the log has it: with the sentence for the command line, and as data for the portal. */
export function logged(
  detail: string | null,
  explained: Explanation | undefined,
): Pick<OAuthRequestEntity, 'detail' | 'explanation'> {
  if (!explained) return { detail, explanation: null };
  const { code, parameters, sentence } = explained;
  return { detail: `${detail ?? ''} ${sentence}`, explanation: { code, parameters } };
}

const MAX_QUOTE = 300;
/** What the third party sent, with white space and unusual characters made visible. */
export function quoted(value: string): string {
  return JSON.stringify(value.slice(0, MAX_QUOTE));
}

const NOT_STORABLE = /[\0\p{Surrogate}]/gu;
/** PostgreSQL's jsonb takes neither NULs nor halves of characters. */
function storable(value: Value): Value {
  return typeof value === 'string' ? value.replace(NOT_STORABLE, '\uFFFD') : value;
}

function by(requestId: string | null): string {
  return requestId === null ? '' : ` (request ${requestId})`;
}
