type Words = Readonly<Record<'de' | 'en', string>>;

interface ScopeDescription {
  /** The scopes whose rights it contains. */
  includes: readonly string[];
  /** Nothing can be changed with it. */
  viewOnly: boolean;
  /** To developers, who read English: what a token with it may do. */
  meaning: string;
  /** To portal users, in a word or two beside a connection. */
  name: Words;
  /**
   * To whoever grants, ends or registers it, as items of a list "the application may" or "may not":
   * what comes on top of the scopes that it includes, most important first.
   */
  rights: readonly Words[];
}

/**
 * Every scope there is. Endpoints declare themselves which one they need; everything else is read
 * here: by the rules, the documents, the command line, and through the API by the portal. The
 * database accepts any scope token. `scopes.spec.ts` of the API says what a new scope lacks.
 */
export const SCOPE_TABLE = {
  read: {
    includes: [],
    viewOnly: true,
    meaning: 'See what the user sees',
    name: { de: 'Nur ansehen', en: 'View only' },
    rights: [
      {
        de: 'Flixchecks des Unternehmens und deren Stand ansehen',
        en: 'See the company’s Flixchecks and their progress',
      },
      {
        de: 'Sehen, für wen sie handelt: Name, E-Mail-Adresse und Unternehmen',
        en: 'See whom it acts for: name, e-mail address and company',
      },
    ],
  },
  readwrite: {
    includes: ['read'],
    viewOnly: false,
    meaning: 'See and change what the user may change',
    name: { de: 'Ansehen, anlegen und ändern', en: 'View, create and change' },
    rights: [{ de: 'Flixchecks anlegen und ändern', en: 'Create and change Flixchecks' }],
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

/** The names of the granted scopes, without those that another one includes. */
export function scopeNames(granted: readonly string[], language: keyof Words): string {
  const known = granted.filter(isScope);
  return known
    .filter((scope) => !known.some((other) => other !== scope && scopeIncludes(other, scope)))
    .map((scope) => SCOPE_TABLE[scope].name[language])
    .join('; ');
}
