import { Connection } from '../api/types';
import { fullName, nameAndEmail } from '../people/full-name';
import { Concerned, EndTarget } from './end-connections';

/** A line of the question whether connections should end: what or whom it is about. */
export interface Concern {
  text: string;
  /** By name, each once. */
  names: string[];
}

/**
 * What the heading of the question does not say.
 * @param concerned what the API has found for a target of which only it knows the connections
 * @param viewer the id of the reader, to whom nobody says that their own are theirs
 */
export function concernsOf(
  target: EndTarget,
  concerned: Concerned | null,
  viewer: string | undefined,
): Concern[] {
  if (target.kind === 'some') return concernsOfSome(target.connections, viewer);
  const names = concerned?.names ?? [];
  return names.length > 0 ? [{ text: 'connections.end.concerns.text', names }] : [];
}

function concernsOfSome(connections: readonly Connection[], viewer: string | undefined): Concern[] {
  const people = connections.map(({ grantedBy }) => grantedBy);
  const apps = byName(connections.map(({ client }) => client.name));
  const concerns = [
    {
      text: apps.length === 1 ? 'connections.end.concerns.app' : 'connections.end.concerns.apps',
      names: apps,
    },
  ];
  if (people.every(({ id }) => id === viewer)) return concerns;
  const named = byName(
    connections.map(({ grantedBy, namesake }) =>
      namesake ? nameAndEmail(grantedBy) : fullName(grantedBy),
    ),
  );
  concerns.push({
    text:
      named.length === 1 ? 'connections.end.concerns.person' : 'connections.end.concerns.people',
    names: named,
  });
  return concerns;
}

function byName(names: string[]): string[] {
  return [...new Set(names)].sort((one, other) => one.localeCompare(other));
}
