import { ExistingConnection, Language, OAuthScope } from '../api/types';

// What scopes mean to people, all of it from the API's table: no page knows a scope by its name.

/** A sentence about a right, in both languages; each stands once in the table. */
export type Right = OAuthScope['rights'][number];

type Table = readonly OAuthScope[];

/** The scopes of a scope string (RFC 6749 §3.3) and those that they include. */
function scopesWithin(granted: string, table: Table): OAuthScope[] {
  const tokens = granted.split(' ');
  const named = table.filter(({ scope }) => tokens.includes(scope));
  return table.filter(
    (each) => named.includes(each) || named.some(({ includes }) => includes.includes(each.scope)),
  );
}

/** Those that no other of them includes. */
function widest(scopes: Table): OAuthScope[] {
  return scopes.filter(({ scope }) => !scopes.some(({ includes }) => includes.includes(scope)));
}

/** What changes something comes first. */
function rightsOfAll(scopes: Table): Right[] {
  const changing = scopes.filter(({ viewOnly }) => !viewOnly);
  const viewing = scopes.filter(({ viewOnly }) => viewOnly);
  return [...changing, ...viewing].flatMap(({ rights }) => rights);
}

/** What a scope string allows, most important first. */
export function rightsOf(granted: string, table: Table): Right[] {
  return rightsOfAll(scopesWithin(granted, table));
}

/** In a few words; in the API's own where the table does not know it. */
export function scopeName(granted: string, table: Table, language: Language): string {
  const names = widest(scopesWithin(granted, table)).map(({ name }) => name[language]);
  return names.join('; ') || granted;
}

/** A scope string that asks for all of the scopes, each of which it names only if it has to. */
export function askFor(scopes: readonly string[], table: Table): string {
  const all = scopes.join(' ');
  const needed = widest(scopesWithin(all, table)).map(({ scope }) => scope);
  return needed.join(' ') || all;
}

/** What is left of a scope string that changes nothing; null where that is all of it, or nothing. */
export function viewOnlyPart(granted: string, table: Table): string | null {
  const within = scopesWithin(granted, table);
  const viewing = within.filter(({ viewOnly }) => viewOnly);
  if (viewing.length === within.length || viewing.length === 0) return null;
  return widest(viewing)
    .map(({ scope }) => scope)
    .join(' ');
}

export interface Terms {
  /** `added`: not part of the existing connection so far. */
  may: { right: Right; added: boolean }[];
  mayNot: Right[];
  /** In the existing connection, but no longer in this request. */
  dropped: Right[];
}

/** What granting a scope comes to, against a connection that may exist already. */
export function termsOf(asked: string, table: Table, existing: ExistingConnection | null): Terms {
  const may = rightsOf(asked, table);
  const held = existing ? rightsOf(existing.scope, table) : [];
  const dropped = held.filter((right) => !may.includes(right));
  return {
    may: may.map((right) => ({ right, added: existing !== null && !held.includes(right) })),
    // What is dropped is mentioned only once.
    mayNot: rightsOfAll(table).filter((right) => !may.includes(right) && !dropped.includes(right)),
    dropped,
  };
}
