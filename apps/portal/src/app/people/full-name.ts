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

/** What tells people apart who may have the same name. */
export function nameAndEmail(person: Named & { email: string }): string {
  return `${fullName(person)} (${person.email})`;
}

/** @returns the ids of those whose name somebody else among them has, too */
export function namesakesAmong(people: readonly (Named & { id: string })[]): ReadonlySet<string> {
  const byName = new Map<string, Set<string>>();
  for (const person of people) {
    const name = fullName(person);
    byName.set(name, (byName.get(name) ?? new Set()).add(person.id));
  }
  return new Set([...byName.values()].filter(({ size }) => size > 1).flatMap((ids) => [...ids]));
}

/** `fullName` in templates. */
@Pipe({ name: 'fullName' })
export class FullName implements PipeTransform {
  transform(person: Named | null): string {
    return fullName(person);
  }
}
