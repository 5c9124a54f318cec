import { ApiError } from '../api/problem';

const TROUBLE_TEXTS: Record<string, string> = {
  too_many_attempts: 'recovery.trouble.tooMany',
  unreachable: 'recovery.trouble.unreachable',
  service_unavailable: 'recovery.trouble.unavailable',
};

/** The key of the text about what went wrong. */
export function troubleText({ code }: ApiError): string {
  return TROUBLE_TEXTS[code] ?? 'recovery.trouble.other';
}
