import { type FieldTree, submit, type ValidationError } from '@angular/forms/signals';

/** What came of sending: nothing is wrong, fields are, or it failed and no field is to blame. */
export type Sent = readonly ValidationError.WithOptionalFieldTree[] | 'failed' | undefined;

/**
 * Sends a form that has no errors. Angular's `submit` would keep a failure as an error of the form,
 * which then stays invalid until somebody types: a second try would send nothing.
 * @returns whether it has been sent and taken
 */
export async function sendForm<Model>(
  form: FieldTree<Model>,
  send: () => Promise<Sent>,
): Promise<boolean> {
  let failed = false;
  const valid = await submit(form, async () => {
    const sent = await send();
    failed = sent === 'failed';
    return sent === 'failed' ? undefined : sent;
  });
  return valid && !failed;
}
