import type { Type } from '@nestjs/common';
import { validationPipe } from '../http/validation.js';

/**
 * Validates input by the rules that apply to the API's bodies. Options that were not given are left
 * out.
 * @throws ApiError validation_failed
 */
export async function checked<Input>(type: Type<Input>, given: object): Promise<Input> {
  const present = Object.fromEntries(
    Object.entries(given).filter(([, value]) => value !== undefined),
  );
  return (await validationPipe().transform(present, { type: 'body', metatype: type })) as Input;
}
