import { redirectUriFault, type RedirectUriFault } from '@flixcheck/oauth-protocol/redirect-uri';

/** The words for each way in which a field can be wrong, found here or by the API. */
export const ERROR_TEXTS: Record<string, string> = {
  missing: 'registry.error.missing',
  too_long: 'registry.error.tooLong',
  max_length: 'registry.error.tooLong',
  display_text: 'registry.error.displayText',
  mixed_scripts: 'registry.error.mixedScripts',
  looks_alike: 'registry.error.looksAlike',
  link_uri: 'registry.error.linkUri',
  link_not_https: 'registry.error.linkNotHttps',
  is_email: 'registry.error.email',
  client_id: 'registry.error.clientId',
  matches: 'registry.error.clientId',
  taken: 'registry.error.taken',
  no_scope: 'registry.error.noScope',
  no_company: 'registry.error.noCompany',
  unknown_account: 'registry.error.unknownCompany',
  duplicate: 'registry.error.duplicate',
  'redirect.too_long': 'registry.error.redirect.tooLong',
  'redirect.characters': 'registry.error.redirect.characters',
  'redirect.not_absolute': 'registry.error.redirect.notAbsolute',
  'redirect.fragment': 'registry.error.redirect.fragment',
  'redirect.user_information': 'registry.error.redirect.userInformation',
  'redirect.wildcard': 'registry.error.redirect.wildcard',
  'redirect.response_parameter': 'registry.error.redirect.responseParameter',
  'redirect.not_https': 'registry.error.redirect.notHttps',
};
export const UNKNOWN_ERROR = 'registry.error.other';

/** Why saving has failed, where no field is to blame: for `troubleWords`. */
export const SAVING = {
  unreachable: 'registry.form.unreachable',
  session_required: 'settings.sessionEnded',
  other: 'registry.form.failed',
};
/** The same for reading before it can be saved: nothing has been sent that could have arrived. */
export const READING = { session_required: SAVING.session_required, other: SAVING.other };

/** A text key for what is wrong with a field, once it has been left or the form has been sent. */
export function errorTextOf(
  field: { touched(): boolean; errors(): readonly { kind: string }[] },
  tried: boolean,
): string | null {
  const kind = tried || field.touched() ? field.errors()[0]?.kind : undefined;
  return kind === undefined ? null : (ERROR_TEXTS[kind] ?? UNKNOWN_ERROR);
}

export interface FieldTrouble {
  kind: string;
  parameter?: string;
}

/** The API's own judge, asked while somebody types. */
export function redirectUriTrouble(uri: string): FieldTrouble | null {
  const found: RedirectUriFault | null = redirectUriFault(uri);
  return found && { ...found, kind: `redirect.${found.fault}` };
}

const BEGINNINGS = ['https://x', 'http://localhost', 'http://127.0.0.1', 'http://[::1]'];

/** Whether it can still become an address that may be registered: nobody is told off for that. */
export function isBeginning(uri: string): boolean {
  return BEGINNINGS.some((start) => start.startsWith(uri.trim()));
}

/** Roughly what the API takes for a link; it has the last word. */
const LINK = /^https:\/\/[^\s/]|^http:\/\/(localhost|127\.0\.0\.1|\[::1\])([:/?#]|$)/;

/** What is wrong with a link, if it is not left empty. */
export function linkTrouble(typed: string): FieldTrouble | undefined {
  const text = typed.trim();
  if (text === '' || LINK.test(text)) return undefined;
  return { kind: /^http:\/\/[^\s/]/.test(text) ? 'link_not_https' : 'link_uri' };
}
