import type { Type } from '@nestjs/common';
import { validationPipe } from '../http/validation.js';

/**
 * Checks what was given by the rules that the API checks bodies by. Options that were not given are
 * left out.
 * @throws ApiError validation_failed
 */
export async function checked<Input>(type: Type<Input>, given: object): Promise<Input> {
  const present = Object.fromEntries(
    Object.entries(given).filter(([, value]) => value !== undefined),
  );
  return (await validationPipe().transform(present, { type: 'body', metatype: type })) as Input;
}
