import { ApiError } from '../api/problem';

/** What is wrong with the address of an admin who is to be invited, by the code of the API. */
const EMAIL: Record<string, string> = {
  taken: 'companies.error.taken',
  already_member: 'companies.error.member',
  already_invited: 'companies.error.invited',
};

/** What can fail beyond what every call can. */
export const COMPANY_TROUBLES: Record<string, string> = {
  conflict: 'companies.error.closed',
  too_many_attempts: 'companies.error.tooMany',
};

/** The text key for what is wrong with the field, or null. */
export function emailError({ problem }: ApiError, field: string): string | null {
  const found = problem.errors.find((error) => error.field === field);
  return found ? (EMAIL[found.code] ?? 'companies.error.email') : null;
}
