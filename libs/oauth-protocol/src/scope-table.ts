interface ScopeDescription {
  /** The scopes whose rights it contains. */
  includes: readonly string[];
  /** To developers, who read English: what a token with it may do. */
  meaning: string;
  /** To portal users, beside a connection. */
  name: Record<'de' | 'en', string>;
}

/**
 * Every scope there is. Which endpoints need it, they declare themselves; the rules, the documents,
 * the command line and the table of connections read the rest here. The database takes any token.
 */
export const SCOPE_TABLE = {
  read: {
    includes: [],
    meaning: 'See what the user sees',
    name: { de: 'Nur ansehen', en: 'View only' },
  },
  readwrite: {
    includes: ['read'],
    meaning: 'See and change what the user may change',
    name: { de: 'Ansehen, anlegen und ändern', en: 'View, create and change' },
  },
} as const satisfies Record<string, ScopeDescription>;

export type Scope = keyof typeof SCOPE_TABLE;
export const SCOPES = Object.keys(SCOPE_TABLE) as Scope[];

/** What a request without `scope` asks for: the first of these that its client may have. */
export const DEFAULT_SCOPES: readonly Scope[] = ['readwrite', 'read'];

export function isScope(value: string): value is Scope {
  return Object.hasOwn(SCOPE_TABLE, value);
}

/** Whether `scope` is `other` or contains its rights, through whatever it includes. */
export function scopeIncludes(scope: Scope, other: Scope): boolean {
  const included: readonly Scope[] = SCOPE_TABLE[scope].includes;
  return scope === other || included.some((each) => scopeIncludes(each, other));
}

/** As developers read it: which scope contains which. */
export const SCOPE_INCLUSIONS = SCOPES.filter((scope) => SCOPE_TABLE[scope].includes.length > 0)
  .map((scope) => `\`${scope}\` includes \`${SCOPE_TABLE[scope].includes.join('`, `')}\`.`)
  .join(' ');

/** The names of the granted scopes; of those that another one includes nothing needs saying. */
export function scopeNames(granted: readonly string[], language: 'de' | 'en'): string {
  const known = granted.filter(isScope);
  return known
    .filter((scope) => !known.some((other) => other !== scope && scopeIncludes(other, scope)))
    .map((scope) => SCOPE_TABLE[scope].name[language])
    .join('; ');
}
