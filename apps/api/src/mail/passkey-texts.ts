import type { Locale, MailText } from './mail-text.js';

/** What may have happened to the passkeys of a user; `all_removed`: with the password. */
export type PasskeyEvent = 'added' | 'removed' | 'all_removed';

export const PASSKEY_TEXTS: Record<
  Locale,
  Record<PasskeyEvent, Pick<MailText, 'subject' | 'paragraphs'>>
> = {
  de: {
    added: {
      subject: 'Neuer Passkey für Ihr Konto',
      paragraphs: [
        'Mit einem neuen Passkey können Sie sich jetzt ohne Passwort bei Flixcheck anmelden.',
      ],
    },
    removed: {
      subject: 'Ein Passkey wurde entfernt',
      paragraphs: ['Mit diesem Passkey meldet sich niemand mehr bei Flixcheck an.'],
    },
    all_removed: {
      subject: 'Ihre Passkeys wurden entfernt',
      paragraphs: [
        'Weil Ihr Passwort zurückgesetzt wurde, meldet sich mit Ihren bisherigen Passkeys niemand mehr an. Legen Sie auf Ihren Geräten neue an.',
      ],
    },
  },
  en: {
    added: {
      subject: 'New passkey for your account',
      paragraphs: ['You can now sign in to Flixcheck with a new passkey, without your password.'],
    },
    removed: {
      subject: 'A passkey was removed',
      paragraphs: ['Nobody signs in to Flixcheck with this passkey any more.'],
    },
    all_removed: {
      subject: 'Your passkeys were removed',
      paragraphs: [
        'Because your password was reset, nobody signs in with your earlier passkeys any more. Make new ones on your devices.',
      ],
    },
  },
};
