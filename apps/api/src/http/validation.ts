import { applyDecorators, ValidationPipe } from '@nestjs/common';
import { IsISO8601, Matches, type ValidationError } from 'class-validator';
import { ApiError, type FieldError } from './api-error.js';

/** Checks every DTO. Unknown fields are refused, so that a misspelt one does not pass unnoticed. */
export const validationPipe = (): ValidationPipe =>
  new ValidationPipe({
    transform: true,
    whitelist: true,
    forbidNonWhitelisted: true,
    forbidUnknownValues: true,
    exceptionFactory: (errors) => {
      const envelope = missingEnvelope(errors);
      return validationFailed(envelope ?? errors.flatMap((error) => fieldErrors(error)));
    },
  });

/** A moment in ISO 8601 with its time zone: without one, it would be another moment everywhere. */
export const IsMoment = () =>
  applyDecorators(
    IsISO8601({ strict: true }),
    Matches(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,9})?(Z|[+-]\d\d:\d\d)$/, {
      message: '$property must be a moment such as 2026-12-25T08:15:30Z',
    }),
  );

/** A validation error that only a service can find. */
export function validationFailed(errors: FieldError[]): ApiError {
  const fields = errors.map((error) => `${error.field}: ${error.message}`).join(' ');
  return new ApiError('validation_failed', fields || 'The request is not valid.', { errors });
}

/** The fields came without their envelope: none of them is wrong, so only the envelope is named. */
function missingEnvelope(errors: ValidationError[]): FieldError[] | undefined {
  const envelope = errors.find(
    ({ property, value, constraints }) =>
      property === 'resource' && value === undefined && constraints?.['isDefined'] !== undefined,
  );
  if (!envelope) return undefined;
  const names = errors.flatMap(({ property, constraints }) =>
    constraints?.['whitelistValidation'] === undefined ? [] : [property],
  );
  const shown = names.filter((name) => FIELD_NAME.test(name)).slice(0, MAX_SHOWN_FIELDS);
  const fields = [...shown.map((name) => `"${name}": …`), ...(shown.length === 0 ? ['…'] : [])];
  const message = `is missing: the fields belong inside it, as in {"resource": {${fields.join(', ')}}}.`;
  return [{ field: 'resource', code: 'required', message }];
}

const FIELD_NAME = /^[A-Za-z]\w{0,40}$/;
const MAX_SHOWN_FIELDS = 3;

function fieldErrors(error: ValidationError, path = ''): FieldError[] {
  // The envelope is not a field: what the sender calls `email` is called `email` here.
  const isEnvelope = path === '' && error.property === 'resource';
  const field = isEnvelope ? '' : path ? `${path}.${error.property}` : error.property;
  const own = Object.entries(error.constraints ?? {}).map(([constraint, message]) => ({
    field: field || 'resource',
    code: codeOf(constraint),
    message: sentence(constraint === 'whitelistValidation' ? 'is not a known field' : message),
  }));
  return [...own, ...(error.children ?? []).flatMap((child) => fieldErrors(child, field))];
}

function codeOf(constraint: string): string {
  if (constraint === 'whitelistValidation') return 'unknown_field';
  if (constraint === 'isDefined') return 'required';
  return constraint.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}

function sentence(message: string): string {
  return message.endsWith('.') ? message : `${message}.`;
}

/** Deeper than any body of this API, and shallow enough for recursion. */
const MAX_DEPTH = 16;

/**
 * Half a pair of UTF-16, which JSON can contain alone (RFC 8259 §8.2) but no encoding of Unicode.
 */
const HALF_A_CHARACTER = /\p{Surrogate}/u;

/**
 * What is wrong with a parsed body or query before anybody asks what it means: NUL characters,
 * which PostgreSQL cannot store, halves of characters, which it would store as something else, and
 * nesting that could exhaust a stack.
 * @returns undefined when nothing is
 */
export function findUnfit(value: unknown, path = '', depth = 0): FieldError | undefined {
  if (typeof value === 'string') return unfitText(value, path);
  if (typeof value !== 'object' || value === null) return undefined;
  if (depth === MAX_DEPTH) {
    const message = `Must not be nested more than ${MAX_DEPTH} levels deep.`;
    return { field: path.split('.', 1)[0] ?? '', code: 'nested_too_deeply', message };
  }
  for (const [key, child] of Object.entries(value)) {
    const found = unfitText(key, path) ?? findUnfit(child, fieldPath(path, key), depth + 1);
    if (found) return found;
  }
  return undefined;
}

/**
 * A field named like a method that every object has. class-transformer takes such a field for the
 * method and drops it, so that the check for unknown fields never sees it.
 */
export function findInheritedName(value: unknown, path = ''): FieldError | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  for (const [key, child] of Object.entries(value)) {
    const field = fieldPath(path, key);
    if (key in Object.prototype) {
      return { field, code: 'unknown_field', message: 'is not a known field.' };
    }
    const found = findInheritedName(child, field);
    if (found) return found;
  }
  return undefined;
}

/** As `fieldErrors` names it: without the envelope. */
function fieldPath(path: string, key: string): string {
  return path === '' || path === 'resource' ? key : `${path}.${key}`;
}

function unfitText(text: string, field: string): FieldError | undefined {
  if (text.includes('\0')) {
    return { field, code: 'nul_character', message: 'Must not contain NUL characters.' };
  }
  if (HALF_A_CHARACTER.test(text)) {
    const message = 'Must not contain half a character: a surrogate without the other of its pair.';
    return { field, code: 'lone_surrogate', message };
  }
  return undefined;
}
