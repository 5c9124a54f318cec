import { redirectUriProblem, type Scope } from '@flixcheck/oauth-protocol';
import { ValidateBy, ValidateIf, type ValidationOptions } from 'class-validator';
import type { FieldError } from '../http/api-error.js';

export const CLIENT_KINDS = ['confidential', 'public'] as const;
export type ClientKind = (typeof CLIENT_KINDS)[number];

export const CLIENT_STATUSES = ['active', 'disabled'] as const;
export type ClientStatus = (typeof CLIENT_STATUSES)[number];

/** What the database and the paths of the API take for a client id; no other one is looked up. */
export const CLIENT_ID = /^[A-Za-z0-9_-]{3,64}$/;

export const MAX_REDIRECT_URIS = 20;
export const MAX_URI_LENGTH = 2000;
/** So that all of them fit into one address: that of the count of what would end. */
export const MAX_CHOSEN_ACCOUNTS = 200;
const LOOPBACK_HOSTS = ['127.0.0.1', '[::1]', 'localhost'];

/**
 * Whether a URI may be a client's logo or link. People and their browsers follow it, so it must be
 * https, or http on this machine, and show its true host.
 * @returns null if it may, otherwise the reason in words
 */
export function linkUriProblem(uri: string): string | null {
  if (uri.length > MAX_URI_LENGTH) return `must be at most ${MAX_URI_LENGTH} characters long`;
  // Parsers disagree on control characters, white space and backslashes.
  if (/[\p{Cc}\p{Cf}\s\\]/u.test(uri)) {
    return 'must not contain spaces, control characters and backslashes';
  }
  const url = /^https?:\/\/[^/?#]/i.test(uri) && URL.canParse(uri) ? new URL(uri) : null;
  if (!url) return 'must be an absolute https:// address';
  if (url.username !== '' || url.password !== '' || /^https?:\/\/[^/?#]*@/i.test(uri)) {
    return 'must not carry user information';
  }
  if (url.protocol === 'http:' && !LOOPBACK_HOSTS.includes(url.hostname)) {
    return 'must use https, except on a loopback address (127.0.0.1, [::1], localhost)';
  }
  return null;
}

/** What is wrong with a client's redirect URIs, each under its own field path. */
export function redirectUrisErrors(uris: readonly string[]): FieldError[] {
  return uris.flatMap((uri, index) => {
    const field = `redirectUris.${index}`;
    const problem = redirectUriProblem(uri);
    if (problem) return [{ field, code: 'invalid_redirect_uri', message: `It ${problem}.` }];
    return uris.indexOf(uri) < index
      ? [{ field, code: 'duplicate', message: 'This URI is already in the list.' }]
      : [];
  });
}

/** What is wrong with the fields in combination. */
export function clientErrors(client: {
  kind: ClientKind;
  redirectUris: readonly string[];
  scopes: readonly Scope[];
  requirePkce: boolean;
}): FieldError[] {
  const errors = redirectUrisErrors(client.redirectUris);
  if (client.kind === 'public' && !client.requirePkce) {
    errors.push({
      field: 'requirePkce',
      code: 'required_for_public_clients',
      message: 'A public client has no secret, so PKCE is required (RFC 8252 §6).',
    });
  }
  return errors;
}

export function IsLinkUri(options?: ValidationOptions) {
  return ValidateBy(
    {
      name: 'linkUri',
      validator: {
        validate: (value: unknown) => typeof value === 'string' && linkUriProblem(value) === null,
        defaultMessage: (args) =>
          `${args?.property} ${
            typeof args?.value === 'string'
              ? linkUriProblem(args.value)
              : 'must be a string or null'
          }`,
      },
    },
    options,
  );
}

/** The field may be left out, but not be null. */
export const IsOmittable = () => ValidateIf((_, value: unknown) => value !== undefined);

/** A field that can be set at creation only. */
export function CannotChange(why: string) {
  return ValidateBy({
    name: 'cannotChange',
    validator: {
      validate: (value: unknown) => value === undefined,
      defaultMessage: (args) => `${args?.property} cannot change: ${why}`,
    },
  });
}
