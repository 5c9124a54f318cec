interface ReasonDescription {
  /** Which person at Flixcheck it was is for the audit log, not for the company. */
  byFlixcheck?: true;
  /** In exported tables. */
  de: string;
  en: string;
}

/**
 * Every reason why a connection ends. Documents, metrics and exports are made from it; the database
 * accepts any. The portal does not compile until it has a sentence for each.
 */
const REASON_TABLE = {
  user: { de: 'Von der Person selbst beendet', en: 'Ended by the person' },
  admin: { de: 'Vom Administrator beendet', en: 'Ended by an administrator' },
  not_allowed: {
    de: 'Das Unternehmen erlaubt die Anwendung nicht mehr',
    en: 'The company no longer allows the application',
  },
  client: { de: 'Von der Anwendung beendet', en: 'Ended by the application' },
  user_disabled: { de: 'Benutzerkonto gesperrt', en: 'User account disabled' },
  client_disabled: {
    byFlixcheck: true,
    de: 'Anwendung von Flixcheck abgeschaltet',
    en: 'Application disabled by Flixcheck',
  },
  client_deleted: {
    byFlixcheck: true,
    de: 'Anwendung bei Flixcheck gelöscht',
    en: 'Application deleted at Flixcheck',
  },
  client_withdrawn: {
    byFlixcheck: true,
    de: 'Anwendung von Flixcheck für das Unternehmen zurückgezogen',
    en: 'Application withdrawn from the company by Flixcheck',
  },
  account_closed: {
    byFlixcheck: true,
    de: 'Unternehmen von Flixcheck geschlossen',
    en: 'Company closed by Flixcheck',
  },
  password_changed: {
    de: 'Beim Ändern des Passworts beendet',
    en: 'Ended when the password was changed',
  },
  disavowed: {
    de: 'Nach einer fremden Anmeldung beendet',
    en: 'Ended after somebody else had signed in',
  },
  expired: { de: 'Befristung abgelaufen', en: 'Time limit reached' },
} as const satisfies Record<string, ReasonDescription>;

export type RevocationReason = keyof typeof REASON_TABLE;
export const REVOCATION_REASONS = Object.keys(REASON_TABLE) as RevocationReason[];

/** For people who read a table. */
export function reasonInWords(reason: string, language: 'de' | 'en'): string {
  return find(reason)?.[language] ?? reason;
}

/** Whether it was Flixcheck that ended the connection, not somebody of the company. */
export function isByFlixcheck(reason: string | null): boolean {
  return find(reason ?? '')?.byFlixcheck ?? false;
}

/** During an update, rows may have a reason that only the nodes of the next version know. */
function find(reason: string): ReasonDescription | undefined {
  return (REASON_TABLE as Record<string, ReasonDescription>)[reason];
}
