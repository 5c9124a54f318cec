import { ValidationPipe } from '@nestjs/common';
import type { ValidationError } from 'class-validator';
import { ApiError, type FieldError } from './api-error.js';

/** Checks every DTO; unknown fields are refused (CONTRACT §3). */
export const validationPipe = (): ValidationPipe =>
  new ValidationPipe({
    transform: true,
    whitelist: true,
    forbidNonWhitelisted: true,
    forbidUnknownValues: true,
    exceptionFactory: (errors) => validationFailed(errors.flatMap((error) => fieldErrors(error))),
  });

/** A validation error that only the service can find. */
export function validationFailed(errors: FieldError[]): ApiError {
  const fields = errors.map((error) => `${error.field}: ${error.message}`).join(' ');
  return new ApiError('validation_failed', fields || 'The request is not valid.', { errors });
}

function fieldErrors(error: ValidationError, path = ''): FieldError[] {
  // The envelope is no field: what the sender calls `email` is called `email` here.
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

const hasNul = (text: string): boolean => text.includes('\0');

/**
 * The path of the first NUL character in a parsed body or query, which PostgreSQL cannot store.
 * @returns undefined when there is none
 */
export function findNul(value: unknown, path = '', depth = 0): string | undefined {
  if (typeof value === 'string') return hasNul(value) ? path : undefined;
  if (typeof value !== 'object' || value === null || depth > 16) return undefined;
  for (const [key, child] of Object.entries(value)) {
    if (hasNul(key)) return path;
    const found = findNul(child, path ? `${path}.${key}` : key, depth + 1);
    if (found !== undefined) return found;
  }
  return undefined;
}
