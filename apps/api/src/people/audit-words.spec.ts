import { describe, expect, it } from '@jest/globals';
import { AUDIT_ACTIONS, type AuditAction } from '../users/audit-log.js';
import { AuditWords } from './audit-words.js';

const german = new AuditWords('de', (at) => at.toISOString().slice(0, 10));
const english = new AuditWords('en', (at) => at.toISOString().slice(0, 10));
const details = (action: AuditAction, detail: Record<string, unknown>, words = german) =>
  words.details({ action, detail });

describe('the table of the audit trail', () => {
  it.each(AUDIT_ACTIONS)('has words for %s in both languages, and no code', (action) => {
    for (const words of [german, english]) {
      expect(words.action(action)).toMatch(/^[A-ZÄÖÜ][^_]+$/);
    }
    expect(german.action(action)).not.toBe(english.action(action));
  });

  it.each<[string, AuditAction, Record<string, unknown>, string, string]>([
    [
      'a role',
      'role_changed',
      { from: 'member', to: 'admin' },
      'Rolle: vorher Mitglied, jetzt Administrator',
      'Role: before Member, now Administrator',
    ],
    [
      'an end',
      'connection_limit_changed',
      { from: null, to: '2026-12-24T08:00:00.000Z' },
      'Endet: vorher unbefristet, jetzt 2026-12-24',
      'Ends: before no end, now 2026-12-24',
    ],
    [
      'rights',
      'connection_renewed',
      { scope: 'readwrite', formerScope: 'read', expiresAt: null, inAdvance: false },
      'Rechte: vorher Nur ansehen, jetzt Ansehen, anlegen und ändern',
      'Rights: before View only, now View, create and change',
    ],
    [
      'what was changed of an application',
      'client_changed',
      {
        clientId: 'bestandsblick',
        changes: {
          name: { from: 'Alt', to: 'Neu' },
          description: { from: 'lang', to: 'länger' },
        },
      },
      'Name: vorher Alt, jetzt Neu; Geändert: Beschreibung (Deutsch); Client-ID: bestandsblick',
      'Name: before Alt, now Neu; Changed: Description (German); Client id: bestandsblick',
    ],
    [
      'fields',
      'profile_changed',
      { fields: ['firstName', 'locale'] },
      'Geändert: Vorname, Sprache',
      'Changed: First name, Language',
    ],
    [
      'why a session ended, without ids',
      'session_ended',
      { sessionId: '8f14e45f-ceea-467f-9b1c-3c7a4c6f5e21', reason: 'too_many' },
      'Grund: auf zu vielen Geräten angemeldet',
      'Reason: signed in on too many devices',
    ],
    [
      'a mail that was given up',
      'mail_failed',
      { mail: 'password-changed', reason: 'too_late' },
      'Thema: Passwort geändert; Grund: zu lange nicht zustellbar',
      'Topic: Password changed; Reason: could not be delivered in time',
    ],
  ])('says %s as people say it', (_what, action, detail, inGerman, inEnglish) => {
    expect(details(action, detail)).toBe(inGerman);
    expect(details(action, detail, english)).toBe(inEnglish);
  });

  it('leaves what it has no words for to the record’s data', () => {
    expect(details('signed_in', { unheardOf: 'value', ip: '192.0.2.1' })).toBe('');
  });
});
