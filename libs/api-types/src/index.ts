/**
 * The API's types, generated from apps/api/openapi.json: `npm run openapi` writes both.
 */
export type { components, operations, paths } from './generated.js';
import type { components } from './generated.js';

/** A DTO of the API by its name in the OpenAPI document. */
export type Dto<Name extends keyof components['schemas']> = components['schemas'][Name];
