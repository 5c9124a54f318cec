import { inWords } from '../config/in-words.js';
import { EARLY_MS, type FindingCode, type FindingParameters, REUSE_MS } from './diagnosis-rules.js';

interface Words<Code extends FindingCode> {
  /** what was seen, with its figures */
  seen: (parameters: FindingParameters[Code]) => string;
  remedy: string;
}

/**
 * What the findings say in English, for the API and the command line; `docs/guide/doctor.md` says why
 * each matters. The portal has the same codes in the reader's language (`i18n/reports`).
 */
export const FINDING_WORDS: { readonly [Code in FindingCode]: Words<Code> } = {
  secret_missing: {
    seen: () => 'The client has no valid secret.',
    remedy: 'Add a secret on the client’s page and give it to your server.',
  },
  redirect_without_tls: {
    seen: ({ redirectUri }) => `${redirectUri} is registered, without TLS.`,
    remedy: 'Serve the address with https, and have the registered redirect URI replaced.',
  },
  redirect_only_local: {
    seen: () => 'All registered redirect URIs are on the machine of whoever opens them.',
    remedy:
      'Have the https address of your server registered; until then it works for nobody but you.',
  },
  codes_not_exchanged: {
    seen: ({ granted, notExchanged }) =>
      `Of the last ${granted} times that a user agreed, the code was not exchanged ${times(notExchanged)}.`,
    remedy:
      'Exchange the code as soon as the browser arrives at your redirect URI: it works once, for 60 seconds. If nothing arrives there, look at your server’s log for the request.',
  },
  refresh_token_reused: {
    seen: ({ requests }) =>
      `Within ${inWords(REUSE_MS)}, a refresh token that had been replaced was sent again: ${times(requests)}.`,
    remedy:
      'Store the new refresh token of every answer before you use its access token, in one place that all your servers share.',
  },
  failures_frequent: {
    seen: ({ reason, requests, percent }) =>
      `Since yesterday, ${requests} requests failed with ${reason}: ${percent} % of all.`,
    remedy: 'Look at one of these requests in the request log: it says exactly what was wrong.',
  },
  secret_expires: {
    seen: ({ lastFour, expiresAt, days }) =>
      `The secret that ends in …${lastFour} is in use and expires at ${expiresAt}, ${inDays(days)}.`,
    remedy:
      'Switch your servers to another secret before then; add one first if this is the only one.',
  },
  refresh_too_often: {
    seen: ({ refreshes, early }) =>
      `Of the last ${refreshes} refreshes, ${early} came less than ${inWords(EARLY_MS)} after the one before, for the same connection.`,
    remedy:
      'Keep the access token with its expires_in, and refresh shortly before that has passed.',
  },
  users_disabled: {
    seen: ({ requests, connections }) =>
      `Of the newest requests, ${requests} came with tokens of ${connections} connections whose users have been disabled.`,
    remedy: 'Delete the stored tokens of a user when a refresh fails with connection_ended.',
  },
  calls_expired: {
    seen: ({ requests, refreshes }) =>
      `Since yesterday, ${requests} calls of the API came with an access token that had expired, and there were ${refreshes} refreshes.`,
    remedy:
      'When a call is answered 401 invalid_token, refresh once and send it again with the new token.',
  },
  calls_after_end: {
    seen: ({ requests }) =>
      `Since yesterday, ${requests} calls of the API came with access tokens that had been ended.`,
    remedy:
      'When a call is answered 401 invalid_token, refresh; if that fails with invalid_grant, delete the tokens and stop calling.',
  },
  calls_beyond_scope: {
    seen: ({ requests }) =>
      `Since yesterday, ${requests} calls of the API were refused because the scope of their token does not reach.`,
    remedy:
      'Ask for the scope that the call takes when you send users to the authorize page, or leave the call out.',
  },
  pkce_not_used: {
    seen: ({ looked, withoutPkce }) =>
      `Of the last ${looked} authorization codes, ${withoutPkce} were requested without PKCE.`,
    remedy:
      'Send code_challenge and code_challenge_method=S256 with the link, and code_verifier with the exchange. Then have PKCE required.',
  },
  pkce_not_required: {
    seen: ({ looked }) =>
      looked === 0
        ? 'PKCE is not required of this client.'
        : `All of the last ${looked} authorization codes were requested with PKCE, but it is not required of this client.`,
    remedy: 'Have PKCE required for the client in the registry.',
  },
  state_missing: {
    seen: ({ looked, missing }) =>
      `Of the last ${looked} authorization requests, ${missing} had neither a state nor PKCE.`,
    remedy:
      'Send a new random state with each link, keep it in the session of that browser, and redeem a code only if the same state comes back.',
  },
  state_constant: {
    seen: ({ looked, repeated, withoutPkce }) =>
      `Of the last ${looked} authorization requests, ${repeated} had a state that had been sent before, ${withoutPkce === 0 ? 'all of them with PKCE' : `${withoutPkce} of them without PKCE`}.`,
    remedy:
      'Make a new random state for each link, keep it in the session of that browser, and accept it once.',
  },
  second_secret_old: {
    seen: ({ lastFour, days }) =>
      `There have been two secrets for ${days} days; the older one ends in …${lastFour}.`,
    remedy: 'Once the old secret is no longer used, remove it.',
  },
  secret_unused: {
    seen: ({ lastFour, days }) =>
      `The secret that ends in …${lastFour} was made ${days} days ago and has never been used.`,
    remedy: 'Switch your servers to it, or remove it.',
  },
  scope_unused: {
    seen: ({ scope, looked }) =>
      `The client is registered for ${scope}, which none of the ${looked} connections looked at has.`,
    remedy: 'Have the scope removed in the registry if you do not plan to ask for it.',
  },
  no_traffic: {
    seen: ({ days }) => `There was no request in the last ${days} days.`,
    remedy: 'Have the client disabled or deleted in the registry if it is no longer needed.',
  },
};

function times(count: number): string {
  return count === 1 ? 'once' : `${count} times`;
}

function inDays(days: number): string {
  return days === 1 ? 'within a day' : `in ${days} days`;
}
