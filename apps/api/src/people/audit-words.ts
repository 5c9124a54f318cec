import { scopeNames, splitScope } from '@flixcheck/oauth-protocol';
import type { AuditAction, AuditEntry } from '../users/audit-log.js';
import { MAIL_NAMES } from './mail-names.js';

type Phrase = readonly [de: string, en: string];

/** What was done, for people who read a table; who and to whom stands beside it. */
const ACTIONS: Record<AuditAction, Phrase> = {
  account_closed: ['Unternehmen geschlossen', 'Company closed'],
  account_created: ['Unternehmen angelegt', 'Company created'],
  account_policy_changed: ['Erlaubte Anwendungen geändert', 'Allowed applications changed'],
  account_reopened: ['Unternehmen wieder geöffnet', 'Company reopened'],
  advance_grant_withdrawn: ['Erlaubnis im Voraus zurückgenommen', 'Advance grant withdrawn'],
  application_allowed: ['Anwendung erlaubt', 'Application allowed'],
  application_blocked: ['Anwendung gesperrt', 'Application blocked'],
  application_granted_in_advance: ['Anwendung im Voraus erlaubt', 'Application granted in advance'],
  application_left_to_policy: [
    'Ausnahme für Anwendung entfernt',
    'Exception for application removed',
  ],
  approval_request_approved: ['Anfrage zur Freigabe angenommen', 'Approval request approved'],
  approval_request_declined: ['Anfrage zur Freigabe abgelehnt', 'Approval request declined'],
  approval_request_withdrawn: ['Anfrage zur Freigabe zurückgezogen', 'Approval request withdrawn'],
  approval_requested: ['Freigabe angefragt', 'Approval requested'],
  client_change_accepted: ['Änderungsantrag angenommen', 'Change request accepted'],
  client_change_declined: ['Änderungsantrag abgelehnt', 'Change request declined'],
  client_change_requested: ['Änderung beantragt', 'Change requested'],
  client_change_withdrawn: ['Änderungsantrag zurückgezogen', 'Change request withdrawn'],
  client_changed: ['Anwendung geändert', 'Application changed'],
  client_created: ['Anwendung registriert', 'Application registered'],
  client_deleted: ['Anwendung gelöscht', 'Application deleted'],
  client_developer_added: ['Entwickler hinzugefügt', 'Developer added'],
  client_developer_invitation_resent: [
    'Einladung eines Entwicklers erneut gesendet',
    'Developer invitation sent again',
  ],
  client_developer_invitation_revoked: [
    'Einladung eines Entwicklers zurückgezogen',
    'Developer invitation revoked',
  ],
  client_developer_invited: ['Entwickler eingeladen', 'Developer invited'],
  client_developer_removed: ['Entwickler entfernt', 'Developer removed'],
  client_disabled: ['Anwendung abgeschaltet', 'Application disabled'],
  client_enabled: ['Anwendung eingeschaltet', 'Application enabled'],
  client_secret_created: ['Secret angelegt', 'Secret created'],
  client_secret_removed: ['Secret entfernt', 'Secret removed'],
  connection_granted: ['Anwendung verbunden', 'Application connected'],
  connection_limit_changed: ['Ende der Verbindung geändert', 'End of connection changed'],
  connection_narrowed: ['Rechte der Verbindung verringert', 'Rights of connection reduced'],
  connection_renewed: ['Verbindung erneuert', 'Connection renewed'],
  connections_revoked: ['Verbindung beendet', 'Connection ended'],
  email_change_failed: ['E-Mail-Adresse nicht geändert', 'E-mail address not changed'],
  email_change_requested: ['Änderung der E-Mail-Adresse begonnen', 'E-mail address change begun'],
  email_changed: ['E-Mail-Adresse geändert', 'E-mail address changed'],
  failed_attempts_deleted: [
    'Alte Einträge über abgewiesene Versuche gelöscht',
    'Old records of refused attempts deleted',
  ],
  invitation_accepted: ['Einladung angenommen', 'Invitation accepted'],
  invitation_resent: ['Einladung erneut gesendet', 'Invitation sent again'],
  invitation_revoked: ['Einladung zurückgezogen', 'Invitation revoked'],
  invitation_sent: ['Einladung gesendet', 'Invitation sent'],
  mail_failed: ['E-Mail nicht zugestellt', 'E-mail not delivered'],
  mail_sent: ['E-Mail gesendet', 'E-mail sent'],
  notices_changed: ['Auswahl der E-Mails geändert', 'Choice of e-mails changed'],
  passkey_added: ['Passkey hinzugefügt', 'Passkey added'],
  passkey_change_failed: ['Passkeys nicht geändert', 'Passkeys not changed'],
  identity_proof_failed: ['Erneuter Nachweis fehlgeschlagen', 'Proof of identity failed'],
  second_factor_requirement_changed: [
    'Pflicht zur sicheren Anmeldung geändert',
    'Secure sign-in requirement changed',
  ],
  passkey_removed: ['Passkey entfernt', 'Passkey removed'],
  password_change_failed: ['Passwort nicht geändert', 'Password not changed'],
  password_changed: ['Passwort geändert', 'Password changed'],
  password_reset: ['Passwort neu gesetzt', 'Password reset'],
  password_reset_requested: ['Link für neues Passwort angefordert', 'Password link requested'],
  person_erased: ['Angaben zur Person gelöscht', 'Personal details erased'],
  personal_data_exported: ['Gespeicherte Daten heruntergeladen', 'Stored data downloaded'],
  profile_changed: ['Angaben zur Person geändert', 'Profile changed'],
  role_changed: ['Rolle geändert', 'Role changed'],
  recovery_codes_renewed: ['Wiederherstellungscodes erneuert', 'Recovery codes renewed'],
  second_factor_change_failed: [
    'Anmeldung in zwei Schritten nicht geändert',
    'Sign-in in two steps not changed',
  ],
  second_factor_disabled: [
    'Anmeldung in zwei Schritten ausgeschaltet',
    'Sign-in in two steps turned off',
  ],
  second_factor_enabled: [
    'Anmeldung in zwei Schritten eingeschaltet',
    'Sign-in in two steps turned on',
  ],
  sign_in_attempts_told: [
    'Auf viele falsche Passwörter hingewiesen',
    'Told of many wrong passwords',
  ],
  second_factor_failed: [
    'Anmeldung gescheitert: Passwort richtig, Code falsch',
    'Sign-in failed: right password, wrong code',
  ],
  second_factor_reset: [
    'Anmeldung zurückgesetzt: zwei Schritte und Passkeys entfernt',
    'Sign-in reset: two steps and passkeys removed',
  ],
  second_factor_reset_asked: [
    'Zurücksetzen der Anmeldung veranlasst',
    'Reset of the sign-in requested',
  ],
  second_factor_reset_stopped: [
    'Zurücksetzen der Anmeldung gestoppt',
    'Reset of the sign-in stopped',
  ],
  session_ended: ['Auf einem Gerät abgemeldet', 'Signed out on a device'],
  sign_in_disavowed: ['Anmeldung als fremd gemeldet', 'Sign-in reported as someone else’s'],
  sign_in_failed: ['Anmeldung fehlgeschlagen', 'Sign-in failed'],
  sign_in_limited: [
    'Weitere Anmeldeversuche abgewiesen',
    'Further attempts to sign in were refused',
  ],
  signed_in: ['Angemeldet', 'Signed in'],
  signed_out: ['Abgemeldet', 'Signed out'],
  signing_key_created: ['Signaturschlüssel erzeugt', 'Signing key created'],
  signing_key_revoked: ['Signaturschlüssel widerrufen', 'Signing key revoked'],
  user_created: ['Zugang angelegt', 'Access created'],
  user_disabled: ['Zugang gesperrt', 'Access disabled'],
  user_enabled: ['Zugang freigegeben', 'Access enabled'],
  user_signed_out: ['Auf allen Geräten abgemeldet', 'Signed out on all devices'],
};

/** What else records say. What has no words here stands in the column of the record's data alone. */
const LABELS: Record<string, Phrase> = {
  allows: ['Erlaubt sind', 'Allowed'],
  clientId: ['Client-ID', 'Client id'],
  connections: ['Verbindungen', 'Connections'],
  connectionsEnded: ['Beendete Verbindungen', 'Connections ended'],
  count: ['Anzahl', 'Number'],
  dueAt: ['Gilt ab', 'Takes effect'],
  endedConnections: ['Beendete Verbindungen', 'Connections ended'],
  expiresAt: ['Endet', 'Ends'],
  fields: ['Geändert', 'Changed'],
  how: ['Wodurch', 'How'],
  inAdvance: ['Im Voraus erlaubt', 'Granted in advance'],
  kid: ['Schlüssel', 'Key'],
  lastFour: ['Secret endet auf', 'Secret ending in'],
  mail: ['Thema', 'Topic'],
  name: ['Name', 'Name'],
  passkey: ['Mit Passkey', 'By passkey'],
  reason: ['Grund', 'Reason'],
  redirectUris: ['Weiterleitungsadressen', 'Redirect URIs'],
  revokeConnections: ['Verbindungen dabei beendet', 'Connections ended with it'],
  role: ['Rolle', 'Role'],
  scope: ['Rechte', 'Rights'],
  secondFactorRemoved: ['Zweiter Schritt entfernt', 'Second step removed'],
};

/** What `from` and `to` are of, where a record changes one thing. */
const CHANGED: Partial<Record<AuditAction, string>> = {
  account_policy_changed: 'allows',
  connection_limit_changed: 'expiresAt',
  connection_narrowed: 'scope',
  role_changed: 'role',
  second_factor_requirement_changed: 'dueAt',
};

/** What it is called that there is none. */
const NONE: Record<string, Phrase> = {
  expiresAt: ['unbefristet', 'no end'],
  dueAt: ['nicht verlangt', 'not required'],
};
const NOTHING: Phrase = ['leer', 'empty'];
const BEFORE: Phrase = ['vorher', 'before'];
const NOW: Phrase = ['jetzt', 'now'];
const CHANGED_FIELD: Phrase = ['Geändert', 'Changed'];
const MOMENT = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d/;

const FIELDS: Record<string, Phrase> = {
  accountIds: ['Ausgewählte Unternehmen', 'Chosen companies'],
  contactEmail: ['Kontakt für Rückfragen', 'Contact'],
  description: ['Beschreibung (Deutsch)', 'Description (German)'],
  descriptionEn: ['Beschreibung (Englisch)', 'Description (English)'],
  firstName: ['Vorname', 'First name'],
  homepageUri: ['Website', 'Website'],
  lastName: ['Nachname', 'Last name'],
  listed: ['Wird angeboten', 'Offered'],
  locale: ['Sprache', 'Language'],
  logoUri: ['Logo', 'Logo'],
  name: ['Name', 'Name'],
  privacyPolicyUri: ['Datenschutzerklärung', 'Privacy policy'],
  publisher: ['Anbieter', 'Publisher'],
  publisherVerified: ['Anbieter geprüft', 'Publisher verified'],
  redirectUris: ['Weiterleitungsadressen', 'Redirect URIs'],
  requirePkce: ['PKCE verlangen', 'Require PKCE'],
  scopes: ['Berechtigungen', 'Scopes'],
  startUri: ['Startadresse', 'Start address'],
};

const VALUES: Record<string, Phrase> = {
  true: ['ja', 'yes'],
  false: ['nein', 'no'],
  member: ['Mitglied', 'Member'],
  admin: ['Administrator', 'Administrator'],
  operator: ['Flixcheck-Betrieb', 'Flixcheck operations'],
  every: ['alle Anwendungen', 'all applications'],
  verified: ['nur von geprüften Anbietern', 'only by verified publishers'],
  selected: ['nur einzeln erlaubte', 'only those allowed one by one'],
};

const REASONS: Record<string, Phrase> = {
  unknown_address: ['unbekannte E-Mail-Adresse', 'unknown e-mail address'],
  too_late: ['zu lange nicht zustellbar', 'could not be delivered in time'],
  wrong_password: ['Passwort falsch', 'wrong password'],
  wrong_code: ['Code falsch', 'wrong code'],
  passkey_refused: ['Passkey abgewiesen', 'passkey refused'],
  by_admin: ['durch die Administration oder Flixcheck', 'by an admin or Flixcheck'],
  signed_in_again: ['neu angemeldet', 'signed in again'],
  too_many: ['auf zu vielen Geräten angemeldet', 'signed in on too many devices'],
  disavowed: [
    'eine Anmeldung war nicht von der Person selbst',
    'a sign-in was not the person’s own',
  ],
  password_changed: ['Passwort geändert', 'password changed'],
  password_reset: ['Passwort zurückgesetzt', 'password reset'],
  email_changed: ['E-Mail-Adresse geändert', 'e-mail address changed'],
  role_changed: ['Rolle geändert', 'role changed'],
  second_factor_changed: [
    'Passkey oder zweiter Schritt geändert',
    'passkey or second step changed',
  ],
  user_disabled: ['Zugang gesperrt', 'access disabled'],
};

const RESET_STOPS: Record<string, Phrase> = {
  link: ['Link in der E-Mail', 'link in the mail'],
  factor: ['App oder Passkey benutzt oder neu eingerichtet', 'app or passkey used or set up anew'],
  admin: ['von der Administration abgesagt', 'called off by an admin'],
  asker: [
    'Auftraggeber ist nicht mehr in der Administration',
    'whoever asked is no admin any more',
  ],
  removed: ['nichts mehr zurückzusetzen', 'nothing left to reset'],
  disavowed: [
    'eine Anmeldung war nicht von der Person selbst',
    'a sign-in was not the person’s own',
  ],
  disabled: ['Zugang gesperrt', 'access disabled'],
  closed: ['Unternehmen geschlossen', 'company closed'],
};

/** Too long for a cell, or ids that nobody knows: that they changed is said, not how. */
const LABEL_ONLY = new Set(['accountIds', 'description', 'descriptionEn', 'logoUri']);

/** The words of the table of the audit trail. */
export class AuditWords {
  constructor(
    private readonly language: 'de' | 'en',
    private readonly time: (at: Date) => string,
  ) {}

  action(action: AuditAction): string {
    return this.say(ACTIONS[action]);
  }

  /** As far as there are words for it: "Rolle: vorher Mitglied, jetzt Administrator; Grund: …". */
  details({ action, detail }: Pick<AuditEntry, 'action' | 'detail'>): string {
    const { from, to, formerScope, changes, ...rest } = detail;
    const changed = CHANGED[action];
    return [
      ...(changed ? [this.change(LABELS[changed], from, to, changed)] : []),
      ...this.changes(changes),
      ...Object.entries(rest).map(([name, value]) =>
        name === 'scope' && typeof formerScope === 'string' && formerScope !== value
          ? this.change(LABELS[name], formerScope, value, name)
          : this.part(name, value),
      ),
    ]
      .filter((part) => part !== '')
      .join('; ');
  }

  private part(name: string, value: unknown): string {
    const label = LABELS[name];
    if (!label || value === false || value === null || value === undefined) return '';
    return `${this.say(label)}: ${this.value(value, name)}`;
  }

  private changes(changes: unknown): string[] {
    if (!isRecord(changes)) return [];
    return Object.entries(changes).flatMap(([field, made]) => {
      const label = FIELDS[field];
      if (!label || !isRecord(made)) return [];
      if (LABEL_ONLY.has(field)) return [`${this.say(CHANGED_FIELD)}: ${this.say(label)}`];
      return [this.change(label, made['from'], made['to'])];
    });
  }

  private change(label: Phrase | undefined, from: unknown, to: unknown, name = ''): string {
    const before = `${this.say(BEFORE)} ${this.value(from, name)}`;
    return `${this.say(label)}: ${before}, ${this.say(NOW)} ${this.value(to, name)}`;
  }

  private value(value: unknown, name: string): string {
    if (Array.isArray(value) && value.length > 0) {
      return value.map((each) => this.value(each, name)).join(', ');
    }
    const text = value === null || value === undefined ? '' : String(value);
    if (text === '') return this.say(NONE[name] ?? NOTHING);
    if (name === 'scope') return scopeNames(splitScope(text), this.language) || text;
    if (MOMENT.test(text)) return this.time(new Date(text));
    const words: Record<string, Phrase> =
      { fields: FIELDS, how: RESET_STOPS, mail: MAIL_NAMES, reason: REASONS }[name] ?? VALUES;
    return Object.hasOwn(words, text) ? this.say(words[text]) : text;
  }

  private say(phrase: Phrase | undefined): string {
    return phrase?.[this.language === 'de' ? 0 : 1] ?? '';
  }
}

function isRecord(given: unknown): given is Record<string, unknown> {
  return typeof given === 'object' && given !== null;
}
