import { Connection } from '../api/types';
import { fullName, nameAndEmail } from '../people/full-name';
import { Concerned, EndTarget } from './end-connections';

/** A line of the question whether connections should end: what or whom it is about. */
export interface Concern {
  text: string;
  /** By name, each once: as many as are read. */
  names: string[];
  /** How many there are besides. */
  others: number;
}

/** More names than these, and one, are a number: "and 1 more" says less than the name. */
const NAMED = 3;

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
  if (target.kind === 'matching') return concernsOfParts(concerned, target.own);
  const { names = [], count = 0 } = concerned ?? {};
  return names.length > 0 ? [concern('connections.end.concerns.text', names, count)] : [];
}

function concernsOfParts(concerned: Concerned | null, own: boolean): Concern[] {
  if (!concerned?.parts) return [];
  const { clients, people } = concerned.parts;
  const apps = concern(textOfApps(clients.count), clients.names, clients.count);
  return own ? [apps] : [apps, concern(textOfPeople(people.count), people.names, people.count)];
}

function textOfApps(count: number): string {
  return count === 1 ? 'connections.end.concerns.app' : 'connections.end.concerns.apps';
}

function textOfPeople(count: number): string {
  return count === 1 ? 'connections.end.concerns.person' : 'connections.end.concerns.people';
}

function concernsOfSome(connections: readonly Connection[], viewer: string | undefined): Concern[] {
  const people = connections.map(({ grantedBy }) => grantedBy);
  const apps = byName(connections.map(({ client }) => client.name));
  const concerns = [concern(textOfApps(apps.length), apps)];
  if (people.every(({ id }) => id === viewer)) return concerns;
  const named = byName(
    connections.map(({ grantedBy, namesake }) =>
      namesake ? nameAndEmail(grantedBy) : fullName(grantedBy),
    ),
  );
  return [...concerns, concern(textOfPeople(named.length), named)];
}

const ONE_APP = {
  stays: 'connections.end.staysText',
  again: 'connections.end.again',
  againOwn: 'connections.end.againOwn',
};
const SEVERAL_APPS = {
  stays: 'connections.end.staysTextMany',
  again: 'connections.end.againMany',
  againOwn: 'connections.end.againManyOwn',
};

/**
 * What stays, and how to connect again: of one application or of several, to those whose
 * connections they are or to somebody else.
 */
export function aftermathOf(
  target: EndTarget,
  viewer: string | undefined,
): { stays: string; again: string } {
  const { stays, again, againOwn } = hasOneApp(target) ? ONE_APP : SEVERAL_APPS;
  return { stays, again: isOwn(target, viewer) ? againOwn : again };
}

function hasOneApp(target: EndTarget): boolean {
  if (target.kind === 'matching') return target.filter.clientId !== null;
  if (target.kind !== 'some') return target.kind !== 'person';
  return new Set(target.connections.map(({ client }) => client.clientId)).size === 1;
}

function isOwn(target: EndTarget, viewer: string | undefined): boolean {
  switch (target.kind) {
    case 'one':
      return !target.owner;
    case 'some':
      return target.connections.every(({ grantedBy }) => grantedBy.id === viewer);
    case 'matching':
      return target.own;
    case 'person':
      return target.person.id === viewer;
    case 'app':
      return false;
  }
}

/** @param count how many there are, of whom not all may have been read */
function concern(text: string, all: readonly string[], count = all.length): Concern {
  const names = count <= NAMED + 1 ? [...all] : all.slice(0, NAMED);
  return { text, names, others: Math.max(0, count - names.length) };
}

function byName(names: string[]): string[] {
  return [...new Set(names)].sort((one, other) => one.localeCompare(other));
}
