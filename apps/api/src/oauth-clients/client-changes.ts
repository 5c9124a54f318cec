import { validationFailed } from '../http/validation.js';
import type { ClientProfile } from './client-record.js';

/** What developers may ask for: what companies have agreed to, and where their codes go. */
export const ASKED_FIELDS = ['redirectUris', 'scopes'] as const;
type AskedField = (typeof ASKED_FIELDS)[number];

/** A list as the registry had it when somebody asked, and as it shall be. */
export interface ListChange<Item extends string = string> {
  from: readonly Item[];
  to: readonly Item[];
}
export type RequestedChanges = {
  [Field in AskedField]: ListChange<ClientProfile[Field][number]> | null;
};

type Lists = Pick<ClientProfile, AskedField>;
export type WantedChanges = { [Field in AskedField]?: Lists[Field] | undefined };

/**
 * What would change, in two lists that are as the registry has them and as they shall be.
 * @throws ApiError validation_failed when nothing would
 */
export function changesOf(client: Lists, wanted: WantedChanges): RequestedChanges {
  const change = <Item extends string>(from: readonly Item[], to: readonly Item[] | undefined) =>
    to === undefined || hasSame(from, to) ? null : { from, to };
  const changes = {
    redirectUris: change(client.redirectUris, wanted.redirectUris),
    scopes: change(client.scopes, wanted.scopes),
  };
  if (changes.redirectUris !== null || changes.scopes !== null) return changes;
  const message = 'is what is registered already. Ask for something else.';
  const named = ASKED_FIELDS.filter((field) => wanted[field] !== undefined);
  throw validationFailed(
    (named.length > 0 ? named : ASKED_FIELDS).map((field) => ({
      field,
      code: 'unchanged',
      message,
    })),
  );
}

/** As the registry takes it. */
export function patchOf({ redirectUris, scopes }: RequestedChanges) {
  return { redirectUris: redirectUris?.to, scopes: scopes?.to };
}

/** Where the client no longer has what the request was made on. */
export function outdatedFields(client: Lists, changes: RequestedChanges): AskedField[] {
  return ASKED_FIELDS.filter((field) => {
    const change: ListChange | null = changes[field];
    // What an operator has already written by hand is no obstacle.
    return change && !hasSame(client[field], change.from) && !hasSame(client[field], change.to);
  });
}

/** Neither list has an order that means anything. */
function hasSame(some: readonly string[], others: readonly string[]): boolean {
  return some.length === others.length && some.every((item) => others.includes(item));
}

/** For the record: without what stays as it is. */
export function onlyChanges(changes: RequestedChanges) {
  return Object.fromEntries(Object.entries(changes).filter(([, change]) => change !== null));
}
