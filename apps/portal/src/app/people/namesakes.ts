import { fullName, Named } from './full-name';

/** @returns the ids of those whose name somebody else among them has, too */
export function namesakesAmong(people: readonly (Named & { id: string })[]): ReadonlySet<string> {
  const byName = new Map<string, Set<string>>();
  for (const person of people) {
    const name = fullName(person);
    byName.set(name, (byName.get(name) ?? new Set()).add(person.id));
  }
  return new Set([...byName.values()].filter(({ size }) => size > 1).flatMap((ids) => [...ids]));
}
