import { applyDecorators, SetMetadata } from '@nestjs/common';
import { ApiExtension } from '@nestjs/swagger';
import { MINUTE } from '../config/clock.js';
import { inWords } from '../config/in-words.js';
import type { SessionCaller } from './access.js';
import { ApiError } from './api-error.js';

/** So long after a sign-in or a proof of identity, nobody is asked for another one. */
export const PROOF_LASTS_MS = 10 * MINUTE;

export const NEEDS_PROOF = 'x-needs-proof';

/** What somebody who finds a browser open must not do, whatever the request says. */
export const RequireIdentityProof = () =>
  applyDecorators(SetMetadata(NEEDS_PROOF, true), ApiExtension(NEEDS_PROOF, true));

/**
 * The same where it depends on the request; `ApiProblems` of the route names the code.
 * @throws ApiError identity_proof_required
 */
export function requireIdentityProof({ freshlyProven }: SessionCaller): void {
  if (freshlyProven) return;
  throw new ApiError(
    'identity_proof_required',
    `This takes a sign-in or a proof of identity of the last ${inWords(PROOF_LASTS_MS)}. Send the password to POST /user/v7/sessions/current/proofs, and the request again.`,
  );
}
