import { inject, Injector } from '@angular/core';
import { Api } from '../api/api';

/**
 * Wherever the API wants to know once more who is at the browser, asks, and has the request sent
 * again: the page or dialog that sent it only waits longer, with all that has been typed into it.
 */
export function askForProofs(): void {
  const injector = inject(Injector);
  let asking: Promise<boolean> | undefined;

  const ask = async (): Promise<boolean> => {
    try {
      const { ProofQuestion } = await import('./proof-question');
      return await injector.get(ProofQuestion).ask();
    } catch {
      // Its script is missing: the request has failed for what the API has said.
      return false;
    } finally {
      asking = undefined;
    }
  };

  injector.get(Api).remedy = async ({ code }) =>
    code === 'identity_proof_required' && (await (asking ??= ask()));
}
