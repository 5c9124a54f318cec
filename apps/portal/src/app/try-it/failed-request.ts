import { OAuthRequest } from '../api/types';

/** What a failed request was sent with, as far as its log says so; never a secret. */
export interface SentValues {
  redirectUri?: string;
  scope?: string;
}

/** A failure that somebody wants to see again. */
export interface FailedRequest {
  reason: string | null;
  sent: SentValues;
  /** The registered redirect URI that was meant. */
  meant: string | null;
}

const DOTS = '…';
const core = (excerpt: string): string => excerpt.replace(/^…/, '').replace(/…$/, '');

/**
 * Reads an entry of the request log.
 * @param registered the client's redirect URIs: of those that differ, the log quotes what is around
 *   the first difference
 */
export function failedRequest(
  { reason, explanation }: Pick<OAuthRequest, 'reason' | 'explanation'>,
  registered: readonly string[],
): FailedRequest {
  const none = { reason, sent: {}, meant: null };
  const {
    position,
    registered: asRegistered,
    requested,
    sent,
    whole,
    parameter,
  } = values(explanation);
  if (typeof sent !== 'string') return none;
  if (explanation?.code === 'value_unknown') {
    return parameter === 'scope' ? { ...none, sent: { scope: unquoted(sent) } } : none;
  }
  const expected = asRegistered ?? requested;
  if (typeof expected !== 'string' || typeof position !== 'number') return none;
  const from = (uri: string) => uri.indexOf(core(expected));
  const begins = (uri: string) => (expected.startsWith(DOTS) ? from(uri) > 0 : from(uri) === 0);
  const meant = registered.find((uri) => begins(uri) && from(uri) < position);
  if (meant === undefined) return none;
  if (typeof whole === 'string') return { ...none, sent: { redirectUri: whole }, meant };
  // What follows the excerpt is not known.
  if (sent.endsWith(DOTS)) return { ...none, meant };
  const tail = core(sent).slice(position - 1 - from(meant));
  return { ...none, sent: { redirectUri: meant.slice(0, position - 1) + tail }, meant };
}

const values = (explanation: OAuthRequest['explanation']): Record<string, unknown> =>
  explanation?.parameters ?? {};

/** The log makes white space and unusual characters visible, as JSON does. */
function unquoted(text: string): string {
  try {
    return String(JSON.parse(text));
  } catch {
    return text;
  }
}
