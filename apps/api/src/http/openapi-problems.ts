import type { OpenAPIObject } from '@nestjs/swagger';
import type { Access } from './access.js';
import { PROBLEMS, type ProblemCode } from './api-error.js';
import { NEEDS_PROOF } from './identity-proof.js';

/** Where `ApiProblems` leaves the codes that a route names itself. */
export const PROBLEM_CODES = 'x-problem-codes';

type Operation = NonNullable<OpenAPIObject['paths'][string]['get']> & {
  [PROBLEM_CODES]?: ProblemCode[];
  'x-access'?: Access;
  [NEEDS_PROOF]?: true;
};
const METHODS = ['get', 'post', 'put', 'patch', 'delete'] as const;

/** Lists the possible codes of each problem in the document. */
export function describeProblems(document: OpenAPIObject): void {
  for (const path of Object.values(document.paths)) {
    for (const method of METHODS) {
      const operation = path[method];
      if (operation) describe(operation, method !== 'get');
    }
  }
}

function describe(operation: Operation, stateChanging: boolean): void {
  const { [PROBLEM_CODES]: codes = [], 'x-access': access } = operation;
  const named: ProblemCode[] = operation[NEEDS_PROOF]
    ? [...codes, 'identity_proof_required']
    : codes;
  delete operation[PROBLEM_CODES];
  // The document says of every route who may call it, even if that is everybody.
  if (access?.kind === 'anyone') operation.security ??= [];
  for (const [status, response] of Object.entries(operation.responses)) {
    if (!response || !('content' in response)) continue;
    if (!response.content?.['application/problem+json']) continue;
    const own = named.filter((code) => String(PROBLEMS[code][0]) === status);
    const general = generalCodes(Number(status), access, stateChanging);
    // For a conflict, only the codes that the route names apply; elsewhere they are added.
    const codes = own.length > 0 && status === '409' ? own : [...general, ...own];
    response.description = `Problem: ${codes.map((code) => `\`${code}\``).join(', ')}`;
  }
}

/** What follows from how a route is called and who may call it. */
function generalCodes(
  status: number,
  access: Access | undefined,
  stateChanging: boolean,
): ProblemCode[] {
  switch (status) {
    case 400:
      return stateChanging ? ['validation_failed', 'malformed_request'] : ['validation_failed'];
    case 401:
      if (access?.kind === 'anyone') return ['invalid_credentials'];
      if (access?.kind === 'bearer') return ['invalid_token'];
      return access?.kind === 'session'
        ? ['session_required']
        : ['session_required', 'invalid_token'];
    case 403:
      return forbiddenCodes(access, stateChanging);
    case 404:
      return ['not_found'];
    case 409:
      return ['conflict'];
    case 412:
      return ['precondition_failed'];
    case 413:
      return ['payload_too_large'];
    case 415:
      return ['unsupported_media_type'];
    case 429:
      return ['too_many_attempts'];
    default:
      return [];
  }
}

function forbiddenCodes(access: Access | undefined, stateChanging: boolean): ProblemCode[] {
  const codes: ProblemCode[] = [];
  if (access?.kind === 'session') {
    // An access token where a session is asked for.
    codes.push('session_required');
    if (access.roles.length > 0) codes.push('forbidden');
  }
  if (access && 'scope' in access) codes.push('insufficient_scope');
  if (stateChanging && access?.kind !== 'bearer') codes.push('origin_refused');
  return codes;
}
