import type { Type } from '@nestjs/common';
import { validationPipe } from '../http/validation.js';

const pipe = validationPipe();

/** What a route hands on of a body or query; what it refuses is rejected with an `ApiError`. */
export const validated = async <Input>(type: Type<Input>, sent: unknown): Promise<Input> =>
  pipe.transform(sent, { type: 'body', metatype: type });
