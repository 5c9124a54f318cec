import { Pipe, PipeTransform } from '@angular/core';

export interface Named {
  firstName: string;
  lastName: string;
}

/**
 * What people are called wherever they are named.
 * @returns '' for nobody, and for somebody invited without a name
 */
export function fullName(person: Named | null): string {
  return person ? `${person.firstName} ${person.lastName}`.trim() : '';
}

/** What tells people apart who may have the same name. */
export function nameAndEmail(person: Named & { email: string }): string {
  return `${fullName(person)} (${person.email})`;
}

/** `fullName` in templates. */
@Pipe({ name: 'fullName' })
export class FullName implements PipeTransform {
  transform(person: Named | null): string {
    return fullName(person);
  }
}
