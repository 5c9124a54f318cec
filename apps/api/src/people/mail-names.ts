import type { MailKind } from '../mail/mail-kinds.js';

/** What each kind of mail is about, in German and in English. */
export const MAIL_NAMES: Record<MailKind, readonly [de: string, en: string]> = {
  'approval-decided': ['Anfrage zur Freigabe beantwortet', 'Approval request answered'],
  'approval-requested': ['Freigabe angefragt', 'Approval requested'],
  'client-change-decided': ['Änderungsantrag beantwortet', 'Change request answered'],
  'client-change-requested': [
    'Änderung einer Anwendung beantragt',
    'Change to an application requested',
  ],
  'company-closed': ['Unternehmen geschlossen', 'Company closed'],
  'company-reopened': ['Unternehmen wieder geöffnet', 'Company opened again'],
  'connection-ended': ['Verbindung beendet', 'Connection ended'],
  'connection-ends': ['Verbindung endet bald', 'Connection ends soon'],
  'connection-made': ['Anwendung verbunden', 'Application connected'],
  'connection-reuse': ['Zugangsschlüssel zweimal benutzt', 'Access key used twice'],
  'connection-widened': ['Anwendung darf mehr als bisher', 'Application may do more than before'],
  'developer-invitation': ['Einladung eines Entwicklers', 'Invitation of a developer'],
  'email-change': ['Link für eine andere E-Mail-Adresse', 'Link for another e-mail address'],
  'email-change-known': ['Adresse hat schon ein Konto', 'Address already has an account'],
  'email-change-requested': ['Änderung der E-Mail-Adresse begonnen', 'E-mail address change begun'],
  'email-changed': ['E-Mail-Adresse geändert', 'E-mail address changed'],
  'factor-reset-announced': ['Anmeldung wird zurückgesetzt', 'Sign-in will be reset'],
  'factor-reset-stopped': ['Zurücksetzen der Anmeldung gestoppt', 'Reset of the sign-in stopped'],
  invitation: ['Einladung', 'Invitation'],
  'invitation-known': [
    'Einladung an jemanden, der schon ein Konto hat',
    'Invitation of somebody who already has an account',
  ],
  'new-device': ['Anmeldung auf einem neuen Gerät', 'Sign-in on a new device'],
  passkey: ['Passkey hinzugefügt oder entfernt', 'Passkey added or removed'],
  'password-changed': ['Passwort geändert', 'Password changed'],
  'password-forgotten': ['Link für ein neues Passwort', 'Link for a new password'],
  'role-changed': ['Rolle geändert', 'Role changed'],
  'second-factor': ['Anmeldung in zwei Schritten geändert', 'Sign-in in two steps changed'],
  'sign-in-attempts': ['Viele falsche Passwörter', 'Many wrong passwords'],
  'signed-out': ['Auf allen Geräten abgemeldet', 'Signed out on all devices'],
};
