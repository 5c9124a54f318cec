import { Answer, Tokens } from './request-description';

/** Null for an answer whose body is no JSON object. */
export function jsonOf(answer: Answer | null): Record<string, unknown> | null {
  try {
    const body: unknown = JSON.parse(answer?.body ?? '');
    return isObject(body) ? body : null;
  } catch {
    return null;
  }
}

/** Of the token endpoint; null for anything else. */
export function tokensOf(answer: Answer | null): Tokens | null {
  const body = answer?.status === 200 ? jsonOf(answer) : null;
  const accessToken = body?.['access_token'];
  const refreshToken = body?.['refresh_token'];
  if (typeof accessToken !== 'string' || typeof refreshToken !== 'string') return null;
  return { accessToken, refreshToken };
}

/** The authorization code that was issued; null for any other answer. */
export function codeOf(answer: Answer | null): string | null {
  const resource = answer?.status === 201 ? jsonOf(answer)?.['resource'] : null;
  const code = isObject(resource) ? resource['code'] : null;
  return typeof code === 'string' ? code : null;
}

/** Each code and token that came with it. */
export function secretsOf(answer: Answer): string[] {
  const body = jsonOf(answer);
  return [body?.['access_token'], body?.['refresh_token'], codeOf(answer)].filter(
    (value): value is string => typeof value === 'string',
  );
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}
