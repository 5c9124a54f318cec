import { Pipe, PipeTransform } from '@angular/core';

interface Named {
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

/** The same in templates. */
@Pipe({ name: 'fullName' })
export class FullName implements PipeTransform {
  transform(person: Named | null): string {
    return fullName(person);
  }
}
