import { SchemaPath, validate } from '@angular/forms/signals';
import { linkTrouble } from './client-form-errors';

/** The rules of a text that may be left empty, for the schema of a form. */
export function checkLength(path: SchemaPath<string>, max: number): void {
  validate(path, ({ value }) =>
    [...value().trim()].length > max ? { kind: 'too_long' } : undefined,
  );
}

/** The rules of an address that is only linked to. */
export function checkLink(path: SchemaPath<string>): void {
  validate(path, ({ value }) => linkTrouble(value()));
}

/** The rules of whom to ask about an application. */
export function checkContact(path: SchemaPath<string>): void {
  validate(path, ({ value }) => {
    const text = value().trim();
    return text === '' || /^\S+@\S+\.\S+$/.test(text) ? undefined : { kind: 'is_email' };
  });
}
