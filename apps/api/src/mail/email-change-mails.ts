import { MINUTE } from '../config/clock.js';
import { type KindOfMail, NEWS_WITHIN_MS } from './mail-text.js';

/** How long a link to take another e-mail address is good; its texts name it. */
export const EMAIL_CHANGE_LIFETIME_MS = 60 * MINUTE;

/** What the mails about a user's other address need to know. */
export interface EmailChangeData {
  /** To an address that a user wants to have. The token is good for that. */
  'email-change': { token: string; name: string };
  /** To a user whose address somebody else has asked for. */
  'email-change-known': Record<string, never>;
  /** To the user at the present address, who may not be the one who asked for another. */
  'email-change-requested': { email: string };
  /** To the address before. */
  'email-changed': { email: string; at: string };
}

/** What is said to a new address and to the one before; nobody does without it. */
export const EMAIL_CHANGE_MAILS: {
  [Kind in keyof EmailChangeData]: KindOfMail<EmailChangeData[Kind]>;
} = {
  'email-change': {
    sendWithinMs: EMAIL_CHANGE_LIFETIME_MS,
    text: {
      de: ({ token, name }) => ({
        subject: 'Bestätigen Sie Ihre neue E-Mail-Adresse',
        paragraphs: [
          `${name}, vermutlich Sie, möchte diese Adresse für das eigene Konto bei Flixcheck nehmen. Mit dieser Schaltfläche geht das einmal, innerhalb von ${EMAIL_CHANGE_LIFETIME_MS / MINUTE} Minuten, in einem Browser, in dem Sie angemeldet sind:`,
        ],
        button: { label: 'Adresse bestätigen', path: `/portal/settings/security/email#${token}` },
        after: [
          'Waren Sie das nicht? Dann müssen Sie nichts tun. Geben Sie diese E-Mail nicht weiter.',
        ],
      }),
      en: ({ token, name }) => ({
        subject: 'Confirm your new e-mail address',
        paragraphs: [
          `${name}, probably you, wants to use this address for their Flixcheck account. This button works once, within ${EMAIL_CHANGE_LIFETIME_MS / MINUTE} minutes, in a browser in which you are signed in:`,
        ],
        button: { label: 'Confirm the address', path: `/portal/settings/security/email#${token}` },
        after: ['Not you? Then there is nothing to do. Do not forward this e-mail.'],
      }),
    },
  },
  'email-change-known': {
    sendWithinMs: NEWS_WITHIN_MS,
    text: {
      de: () => ({
        subject: 'Ihre E-Mail-Adresse wurde für ein anderes Konto angegeben',
        paragraphs: [
          'Jemand wollte diese E-Mail-Adresse für ein anderes Konto bei Flixcheck nehmen. Das geht nicht, denn sie gehört schon zu Ihrem Konto. Wir haben niemandem gesagt, dass es Ihr Konto gibt.',
        ],
        after: ['Sie müssen nichts tun: An Ihrem Konto ändert sich nichts.'],
      }),
      en: () => ({
        subject: 'Your e-mail address was entered for another account',
        paragraphs: [
          'Somebody wanted to use this e-mail address for another Flixcheck account. That is not possible, because it belongs to your account already. We have told nobody that you have one.',
        ],
        after: ['There is nothing to do: your account stays as it is.'],
      }),
    },
  },
  'email-change-requested': {
    sendWithinMs: NEWS_WITHIN_MS,
    text: {
      de: ({ email }) => ({
        subject: 'Ihre E-Mail-Adresse soll geändert werden',
        paragraphs: [
          'Jemand, vermutlich Sie, möchte für Ihr Konto bei Flixcheck eine andere E-Mail-Adresse nehmen. Sie gilt, sobald sie bestätigt ist. Waren Sie das? Dann müssen Sie nichts tun.',
        ],
        facts: [['Neue Adresse', email]],
        after: [
          'Waren Sie das nicht? Dann kennt jemand Ihr Passwort. Setzen Sie sofort ein neues: Die Änderung ist damit vom Tisch, und alle Geräte sind abgemeldet.',
        ],
        button: { label: 'Neues Passwort setzen', path: '/portal/forgot-password' },
      }),
      en: ({ email }) => ({
        subject: 'Your e-mail address is about to change',
        paragraphs: [
          'Somebody, probably you, wants to use another e-mail address for your Flixcheck account. It counts as soon as it has been confirmed. Was it you? Then there is nothing to do.',
        ],
        facts: [['New address', email]],
        after: [
          'Not you? Then somebody knows your password. Set a new one at once: that cancels the change and signs out all devices.',
        ],
        button: { label: 'Set a new password', path: '/portal/forgot-password' },
      }),
    },
  },
  'email-changed': {
    sendWithinMs: NEWS_WITHIN_MS,
    text: {
      de: ({ email, at }, { moment }) => ({
        subject: 'Ihre E-Mail-Adresse wurde geändert',
        paragraphs: [
          'Ihr Konto bei Flixcheck hat jetzt eine andere E-Mail-Adresse. Mit der bisherigen, an die diese Nachricht geht, können Sie sich nicht mehr anmelden.',
        ],
        facts: [
          ['Neue Adresse', email],
          ['Zeitpunkt', moment(at)],
        ],
        after: [
          'Waren Sie das nicht? Dann hat jemand Ihr Konto übernommen. Rufen Sie sofort in der Administration Ihres Unternehmens an: Sie kann das Konto sperren.',
        ],
      }),
      en: ({ email, at }, { moment }) => ({
        subject: 'Your e-mail address was changed',
        paragraphs: [
          'Your Flixcheck account has another e-mail address now. You can no longer sign in with the one before, to which this message goes.',
        ],
        facts: [
          ['New address', email],
          ['Time', moment(at)],
        ],
        after: [
          'Not you? Then somebody has taken over your account. Call an admin of your company at once: they can disable the account.',
        ],
      }),
    },
  },
};
