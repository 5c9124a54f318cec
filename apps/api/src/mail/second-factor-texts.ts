import type { Locale, MailText } from './mail-text.js';

/** What may have happened to the second factor of a user. */
export type SecondFactorEvent =
  'enabled' | 'disabled' | 'reset' | 'recovery_code_used' | 'wrong_code';

type SecondFactorTexts = Record<SecondFactorEvent, Pick<MailText, 'subject' | 'paragraphs'>>;

/** @param left how many recovery codes are left */
export const SECOND_FACTOR_TEXTS: Record<Locale, (left: number) => SecondFactorTexts> = {
  de: (left) => ({
    enabled: {
      subject: 'Anmeldung in zwei Schritten ist eingeschaltet',
      paragraphs: [
        'Bei der Anmeldung fragt Flixcheck jetzt nach Ihrem Passwort und nach einem Code aus Ihrer App. Auf allen anderen Geräten sind Sie abgemeldet.',
      ],
    },
    disabled: {
      subject: 'Anmeldung in zwei Schritten ist ausgeschaltet',
      paragraphs: ['Bei der Anmeldung fragt Flixcheck jetzt nur noch nach Ihrem Passwort.'],
    },
    reset: {
      subject: 'Ihre Anmeldung wurde zurückgesetzt',
      paragraphs: [
        'Ihre Administration hat Ihre Anmeldung zurückgesetzt, weil Sie Ihre App oder Ihr Gerät nicht mehr haben: Die zwei Schritte sind ausgeschaltet, Passkeys sind entfernt. Auf allen Geräten sind Sie abgemeldet. Melden Sie sich mit Ihrem Passwort an, und richten Sie die App neu ein.',
      ],
    },
    recovery_code_used: {
      subject: 'Mit einem Wiederherstellungscode angemeldet',
      paragraphs: [
        'Bei einer Anmeldung an Ihrem Konto wurde statt eines Codes aus der App ein Wiederherstellungscode benutzt.',
        left === 0
          ? 'Das war der letzte. Erzeugen Sie unter „Konto und Sicherheit“ neue.'
          : `Übrig ${left === 1 ? 'ist noch einer' : `sind noch ${left}`}.`,
      ],
    },
    wrong_code: {
      subject: 'Jemand konnte sich an Ihrem Konto nicht anmelden',
      paragraphs: [
        'Bei einer Anmeldung an Ihrem Konto war das Passwort richtig, der Code aber nicht. Angemeldet wurde niemand.',
      ],
    },
  }),
  en: (left) => ({
    enabled: {
      subject: 'Two-step sign-in is on',
      paragraphs: [
        'To sign in, Flixcheck now asks for your password and for a code from your app. You are signed out on all other devices.',
      ],
    },
    disabled: {
      subject: 'Two-step sign-in is off',
      paragraphs: ['To sign in, Flixcheck now asks for your password only.'],
    },
    reset: {
      subject: 'Your sign-in was reset',
      paragraphs: [
        'Your administrator has reset your sign-in, because you no longer have your app or your device: two-step sign-in is off, and passkeys are removed. You are signed out on all devices. Sign in with your password, and set the app up again.',
      ],
    },
    recovery_code_used: {
      subject: 'Signed in with a recovery code',
      paragraphs: [
        'A sign-in to your account used a recovery code instead of a code from the app.',
        left === 0
          ? 'It was the last one. Make new ones under “Account and security”.'
          : `${left === 1 ? 'One is' : `${left} are`} left.`,
      ],
    },
    wrong_code: {
      subject: 'Somebody could not sign in to your account',
      paragraphs: [
        'In a sign-in to your account the password was right, but the code was not. Nobody was signed in.',
      ],
    },
  }),
};
