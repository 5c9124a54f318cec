import { ExistingConnection } from '../api/types';

/** What a scope means to the person who grants it: text keys, most important first. */
export interface Term {
  text: string;
  /** Against an existing connection: not part of it so far. */
  added: boolean;
}

export interface Terms {
  may: Term[];
  mayNot: string[];
  /** In the existing connection, but no longer in this request. */
  dropped: string[];
}

/** The least that can be allowed. */
export const READ_ONLY = 'read';

const READ = ['authorize.may.readChecks', 'authorize.may.readProfile'];
const WRITE = ['authorize.may.writeChecks'];
const NEVER = [
  'authorize.mayNot.password',
  'authorize.mayNot.connections',
  'authorize.mayNot.team',
];

/** `readwrite` includes `read`. */
function textsOf(scopes: readonly string[]): string[] {
  if (scopes.includes('readwrite')) return [...WRITE, ...READ];
  return scopes.includes('read') ? READ : [];
}

export function termsOf(scopes: readonly string[], existing: ExistingConnection | null): Terms {
  const asked = textsOf(scopes);
  const held = existing ? textsOf(existing.scope.split(' ')) : [];
  const dropped = held.filter((text) => !asked.includes(text));
  const mayWrite = asked.includes(WRITE[0] ?? '');
  return {
    may: asked.map((text) => ({ text, added: existing !== null && !held.includes(text) })),
    // What is dropped is mentioned only once.
    mayNot: [...(mayWrite || dropped.length > 0 ? [] : ['authorize.mayNot.write']), ...NEVER],
    dropped,
  };
}
