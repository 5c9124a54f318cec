import type { Type } from '@nestjs/common';
import { readFile, stat } from 'node:fs/promises';
import { type ImageBody, tooLarge } from '../http/image-body.js';
import { validationFailed, validationPipe } from '../http/validation.js';

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

/**
 * An image from a file, as the API takes it as a body.
 * @throws ApiError payload_too_large; validation_failed where there is no such file
 */
export async function imageFile(path: string, image: ImageBody): Promise<Buffer> {
  const { size } = await stat(path).catch(() => {
    const message = `There is no file ${path} that can be read.`;
    throw validationFailed([{ field: image.field, code: 'no_file', message }]);
  });
  if (size > image.maxBytes) throw tooLarge(image);
  return readFile(path);
}
