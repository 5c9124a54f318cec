import { DAY, MINUTE } from '../config/clock.js';
import { CONNECTION_MAILS, type ConnectionData } from './connection-mails.js';
import { COMPANY_MAILS, type CompanyData } from './company-mails.js';
import { EMAIL_CHANGE_MAILS, type EmailChangeData } from './email-change-mails.js';
import { FACTOR_RESET_MAILS, type FactorResetData } from './factor-reset-mails.js';
import { type KindOfMail, NEWS_WITHIN_MS } from './mail-text.js';
import { PASSKEY_TEXTS, type PasskeyEvent } from './passkey-texts.js';
import { REQUEST_MAILS, type RequestData } from './request-mails.js';
import { SIGN_IN_ATTEMPT_MAILS, type SignInAttemptData } from './sign-in-attempt-mails.js';
import { SECOND_FACTOR_TEXTS, type SecondFactorEvent } from './second-factor-texts.js';

/**
 * What each kind of mail needs to know beyond its recipient. It waits as data and is worded when it
 * is sent, so a mail from before an update lacks a field that is new: make that one optional.
 */
export interface MailData
  extends
    CompanyData,
    ConnectionData,
    EmailChangeData,
    FactorResetData,
    RequestData,
    SignInAttemptData {
  /** To a user for whom somebody has asked for it. The token is good for that user's password. */
  'password-forgotten': { token: string };
  /** To the user, who may not be the one who changed it. */
  'password-changed': {
    at: string;
    by: 'user' | 'operator';
    /** There was none before. */
    first?: boolean;
    connectionsEnded: boolean;
  };
  /** To the user, who may not be the one. The token is good for disavowing the sign-in. */
  'new-device': {
    token: string;
    at: string;
    ip: string;
    browser: string | null;
    system: string | null;
  };
  /** To the user, who may not be the one who did it. `left`: of the recovery codes. */
  'second-factor': {
    event: SecondFactorEvent;
    at: string;
    left?: number;
  };
  /** To the user, who may not be the one who did it. `name`: empty where it was all of them. */
  passkey: { event: PasskeyEvent; name: string; at: string };
  /** To an address that belongs to no user. The token makes one of it. */
  invitation: { token: string; company: string; inviter: string };
  /** To an address that belongs to no user. The token makes one of it who develops the application. */
  'developer-invitation': {
    token: string;
    application: string;
    publisher: string;
    inviter: string;
  };
  /** To a user of one company whom another one wants to invite. */
  'invitation-known': { company: string; inviter: string };
  /** To the user. */
  'role-changed': { at: string; role: 'member' | 'admin' };
  /** To the user. `by`: the admin, null: Flixcheck. */
  'signed-out': { at: string; by: string | null };
  /** To who granted access to the application, some time before the connection ends by itself. */
  'connection-ends': { connectionId: string; application: string; at: string };
}

export type MailKind = keyof MailData;

/** How long a link to set a new password is good; its texts name it. */
export const RECOVERY_LIFETIME_MS = 30 * MINUTE;

/** How long the link of an invitation is good; its texts name it. */
export const INVITATION_LIFETIME_MS = 7 * DAY;

/** How long the link in a mail about a new device is good; its texts name it. */
export const DISAVOWAL_LIFETIME_MS = 7 * DAY;

/** Every kind of mail, with its texts. A new kind is an entry here and in `MailData`. */
export const MAIL_KINDS: { [Kind in MailKind]: KindOfMail<MailData[Kind]> } = {
  'password-forgotten': {
    sendWithinMs: RECOVERY_LIFETIME_MS,
    text: {
      de: ({ token }) => ({
        subject: 'Neues Passwort für Flixcheck',
        paragraphs: [
          `Jemand, vermutlich Sie, möchte für Ihr Konto bei Flixcheck ein neues Passwort setzen. Mit dieser Schaltfläche geht das einmal, innerhalb von ${RECOVERY_LIFETIME_MS / MINUTE} Minuten:`,
        ],
        button: { label: 'Neues Passwort setzen', path: `/portal/reset-password#${token}` },
        after: [
          'Waren Sie das nicht? Dann müssen Sie nichts tun: Ihr Passwort bleibt, wie es ist. Geben Sie diese E-Mail nicht weiter.',
        ],
      }),
      en: ({ token }) => ({
        subject: 'A new password for Flixcheck',
        paragraphs: [
          `Somebody, probably you, wants to set a new password for your Flixcheck account. This button works once, within ${RECOVERY_LIFETIME_MS / MINUTE} minutes:`,
        ],
        button: { label: 'Set a new password', path: `/portal/reset-password#${token}` },
        after: [
          'Not you? Then there is nothing to do: your password stays as it is. Do not forward this e-mail.',
        ],
      }),
    },
  },
  'password-changed': {
    sendWithinMs: NEWS_WITHIN_MS,
    text: {
      de: ({ at, by, first = false, connectionsEnded }, { moment }) => ({
        subject: first ? 'Ihr Konto hat jetzt ein Passwort' : 'Ihr Passwort wurde geändert',
        paragraphs: [
          first
            ? 'Für Ihr Konto bei Flixcheck wurde ein Passwort gesetzt. Ihre Passkeys gelten weiter. Auf allen anderen Geräten sind Sie abgemeldet.'
            : by === 'user'
              ? 'Das Passwort Ihres Kontos bei Flixcheck wurde geändert. Auf allen anderen Geräten sind Sie abgemeldet.'
              : 'Flixcheck hat das Passwort Ihres Kontos ersetzt. Auf allen Geräten sind Sie abgemeldet.',
          ...(connectionsEnded ? ['Alle Ihre Verbindungen sind beendet.'] : []),
        ],
        facts: [['Zeitpunkt', moment(at)]],
        after: [
          'Waren Sie das nicht? Dann setzen Sie gleich ein neues Passwort, und bitten Sie die Administration Ihres Unternehmens um Hilfe.',
        ],
        button: { label: 'Neues Passwort setzen', path: '/portal/forgot-password' },
      }),
      en: ({ at, by, first = false, connectionsEnded }, { moment }) => ({
        subject: first ? 'Your account now has a password' : 'Your password was changed',
        paragraphs: [
          first
            ? 'A password was set for your Flixcheck account. Your passkeys still work. You are signed out on all other devices.'
            : by === 'user'
              ? 'The password of your Flixcheck account was changed. You are signed out on all other devices.'
              : 'Flixcheck has replaced the password of your account. You are signed out on all devices.',
          ...(connectionsEnded ? ['All your connections have ended.'] : []),
        ],
        facts: [['Time', moment(at)]],
        after: [
          'This was not you? Set a new password right away, and ask your company’s admin for help.',
        ],
        button: { label: 'Set a new password', path: '/portal/forgot-password' },
      }),
    },
  },
  ...COMPANY_MAILS,
  ...CONNECTION_MAILS,
  ...EMAIL_CHANGE_MAILS,
  ...SIGN_IN_ATTEMPT_MAILS,
  ...FACTOR_RESET_MAILS,
  'new-device': {
    sendWithinMs: DISAVOWAL_LIFETIME_MS,
    text: {
      de: ({ token, at, ip, browser, system }, { moment }) => ({
        subject: 'Anmeldung auf einem neuen Gerät',
        paragraphs: [
          'Jemand, vermutlich Sie, hat sich mit Ihrem Konto bei Flixcheck in einem Browser angemeldet, den wir noch nicht kennen. Waren Sie das? Dann müssen Sie nichts tun.',
        ],
        facts: [
          ['Zeitpunkt', moment(at)],
          ['Gerät', deviceName(browser, system, 'auf') ?? 'unbekannt'],
          ['IP-Adresse', ip],
        ],
        button: { label: 'Das war ich nicht', path: `/portal/not-me#${token}` },
        after: [
          `Über „Das war ich nicht“ melden Sie alle Geräte ab und setzen gleich ein neues Passwort. Das geht einmal, innerhalb von ${DISAVOWAL_LIFETIME_MS / DAY} Tagen. Geben Sie diese E-Mail nicht weiter.`,
        ],
      }),
      en: ({ token, at, ip, browser, system }, { moment }) => ({
        subject: 'Sign-in on a new device',
        paragraphs: [
          'Somebody, probably you, has signed in to your Flixcheck account in a browser that we do not know yet. Was it you? Then there is nothing to do.',
        ],
        facts: [
          ['Time', moment(at)],
          ['Device', deviceName(browser, system, 'on') ?? 'unknown'],
          ['IP address', ip],
        ],
        button: { label: 'This was not me', path: `/portal/not-me#${token}` },
        after: [
          `“This was not me” signs out all devices, and lets you set a new password right away. It works once, within ${DISAVOWAL_LIFETIME_MS / DAY} days. Do not forward this e-mail.`,
        ],
      }),
    },
  },
  invitation: {
    sendWithinMs: INVITATION_LIFETIME_MS,
    text: {
      de: ({ token, company, inviter }) => ({
        subject: `Einladung zu Flixcheck von ${company}`,
        paragraphs: [
          `${inviter} lädt Sie ein, für ${company} mit Flixcheck zu arbeiten. Sie geben nur noch Ihren Namen an und wählen ein Passwort oder einen Passkey. Der Link gilt einmal, innerhalb von ${INVITATION_LIFETIME_MS / DAY} Tagen:`,
        ],
        button: { label: 'Einladung annehmen', path: `/portal/invitation#${token}` },
        after: [
          'Sie kennen das Unternehmen nicht? Dann müssen Sie nichts tun. Geben Sie diese E-Mail nicht weiter: Wer den Link öffnet, kann das Konto an Ihrer Stelle anlegen.',
        ],
      }),
      en: ({ token, company, inviter }) => ({
        subject: `Invitation to Flixcheck from ${company}`,
        paragraphs: [
          `${inviter} invites you to work with Flixcheck for ${company}. All that is left is to enter your name and choose a password or a passkey. The link works once, within ${INVITATION_LIFETIME_MS / DAY} days:`,
        ],
        button: { label: 'Accept the invitation', path: `/portal/invitation#${token}` },
        after: [
          'You do not know the company? Then there is nothing to do. Do not forward this e-mail: whoever opens the link can create the account in your place.',
        ],
      }),
    },
  },
  'developer-invitation': {
    sendWithinMs: INVITATION_LIFETIME_MS,
    text: {
      de: ({ token, application, publisher, inviter }) => ({
        subject: `Einladung: Entwicklerzugang für ${application}`,
        paragraphs: [
          `${inviter} von Flixcheck lädt Sie ein, die Anwendung ${application} von ${publisher} bei Flixcheck zu betreuen. Sie sehen dort ihre Einstellungen, Secrets und Anfragen und probieren die Anbindung aus. Ein Unternehmen bei Flixcheck brauchen Sie dafür nicht.`,
          `Sie geben nur noch Ihren Namen an und wählen ein Passwort oder einen Passkey. Der Link gilt einmal, innerhalb von ${INVITATION_LIFETIME_MS / DAY} Tagen:`,
        ],
        button: { label: 'Einladung annehmen', path: `/portal/invitation#${token}` },
        after: [
          'Sie arbeiten nicht an dieser Anwendung? Dann müssen Sie nichts tun. Geben Sie diese E-Mail nicht weiter: Wer den Link öffnet, kann das Konto an Ihrer Stelle anlegen.',
        ],
      }),
      en: ({ token, application, publisher, inviter }) => ({
        subject: `Invitation: developer access to ${application}`,
        paragraphs: [
          `${inviter} of Flixcheck invites you to look after the application ${application} of ${publisher} at Flixcheck. You see its settings, secrets and requests there, and try out the integration. You need no company at Flixcheck for that.`,
          `All that is left is to enter your name and choose a password or a passkey. The link works once, within ${INVITATION_LIFETIME_MS / DAY} days:`,
        ],
        button: { label: 'Accept the invitation', path: `/portal/invitation#${token}` },
        after: [
          'You do not work on this application? Then there is nothing to do. Do not forward this e-mail: whoever opens the link can create the account in your place.',
        ],
      }),
    },
  },
  'invitation-known': {
    sendWithinMs: INVITATION_LIFETIME_MS,
    text: {
      de: ({ company, inviter }) => ({
        subject: `${company} möchte Sie zu Flixcheck einladen`,
        paragraphs: [
          `${inviter} möchte Sie einladen, für ${company} mit Flixcheck zu arbeiten. Zu Ihrer E-Mail-Adresse gibt es aber schon ein Konto, und ein Konto kann nicht zu einem anderen Unternehmen wechseln. Deshalb enthält diese E-Mail keinen Link.`,
        ],
        after: [
          `Dass Sie schon ein Konto haben, erfährt ${company} von uns nicht. Möchten Sie die Einladung annehmen? Dann lassen Sie sich an eine andere E-Mail-Adresse einladen. Sonst müssen Sie nichts tun.`,
        ],
      }),
      en: ({ company, inviter }) => ({
        subject: `${company} wants to invite you to Flixcheck`,
        paragraphs: [
          `${inviter} wants to invite you to work with Flixcheck for ${company}. But your e-mail address already has an account, and an account cannot move to another company. That is why this e-mail has no link.`,
        ],
        after: [
          `We do not tell ${company} that you have an account already. Do you want to accept the invitation? Then ask to be invited at another e-mail address. Otherwise there is nothing to do.`,
        ],
      }),
    },
  },
  'second-factor': {
    sendWithinMs: NEWS_WITHIN_MS,
    text: {
      de: ({ event, at, left = 0 }, { moment }) => ({
        ...SECOND_FACTOR_TEXTS.de(left)[event],
        facts: [['Zeitpunkt', moment(at)]],
        after: [
          'Waren Sie das nicht? Dann kennt jemand Ihr Passwort. Setzen Sie gleich ein neues, und bitten Sie die Administration Ihres Unternehmens um Hilfe.',
        ],
        button: { label: 'Neues Passwort setzen', path: '/portal/forgot-password' },
      }),
      en: ({ event, at, left = 0 }, { moment }) => ({
        ...SECOND_FACTOR_TEXTS.en(left)[event],
        facts: [['Time', moment(at)]],
        after: [
          'This was not you? Then somebody knows your password. Set a new one right away, and ask your company’s admin for help.',
        ],
        button: { label: 'Set a new password', path: '/portal/forgot-password' },
      }),
    },
  },
  passkey: {
    sendWithinMs: NEWS_WITHIN_MS,
    text: {
      de: ({ event, name, at }, { moment }) => ({
        ...PASSKEY_TEXTS.de[event],
        facts: [
          ...(name ? [['Passkey', name] satisfies [string, string]] : []),
          ['Zeitpunkt', moment(at)],
        ],
        after: [
          'Waren Sie das nicht? Dann hat jemand Zugang zu Ihrem Konto. Entfernen Sie unter „Konto und Sicherheit“, was Sie nicht kennen, und setzen Sie gleich ein neues Passwort.',
        ],
        button: { label: 'Konto und Sicherheit', path: '/portal/settings/security' },
      }),
      en: ({ event, name, at }, { moment }) => ({
        ...PASSKEY_TEXTS.en[event],
        facts: [
          ...(name ? [['Passkey', name] satisfies [string, string]] : []),
          ['Time', moment(at)],
        ],
        after: [
          'This was not you? Then somebody has access to your account. Remove what you do not know under “Account and security”, and set a new password right away.',
        ],
        button: { label: 'Account and security', path: '/portal/settings/security' },
      }),
    },
  },
  'role-changed': {
    sendWithinMs: NEWS_WITHIN_MS,
    text: {
      de: ({ at, role }, { moment }) => ({
        subject:
          role === 'admin'
            ? 'Sie sind jetzt Administrator bei Flixcheck'
            : 'Sie sind nicht mehr Administrator bei Flixcheck',
        paragraphs: [
          role === 'admin'
            ? 'Sie haben für Ihr Unternehmen Administratorrechte bekommen: Sie sehen alle Verbindungen, laden Personen ein und können Zugänge sperren.'
            : 'Ihre Administratorrechte wurden Ihnen entzogen. Ihr Konto und Ihre eigenen Verbindungen bleiben.',
          'Auf allen Geräten sind Sie abgemeldet. Melden Sie sich bitte neu an.',
        ],
        facts: [['Zeitpunkt', moment(at)]],
        after: ['Kommt das unerwartet? Fragen Sie in der Administration Ihres Unternehmens nach.'],
        button: { label: 'Zur Anmeldung', path: '/portal/sign-in' },
      }),
      en: ({ at, role }, { moment }) => ({
        subject:
          role === 'admin'
            ? 'You are now an admin at Flixcheck'
            : 'You are no longer an admin at Flixcheck',
        paragraphs: [
          role === 'admin'
            ? 'You have been made an admin of your company: you see all connections, invite people and can disable access.'
            : 'You are no longer an admin of your company. Your account and your own connections remain.',
          'You are signed out on all devices. Please sign in again.',
        ],
        facts: [['Time', moment(at)]],
        after: ['You did not expect this? Ask an admin of your company.'],
        button: { label: 'To sign-in', path: '/portal/sign-in' },
      }),
    },
  },
  'signed-out': {
    sendWithinMs: NEWS_WITHIN_MS,
    text: {
      de: ({ at, by }, { moment }) => ({
        subject: 'Sie wurden bei Flixcheck überall abgemeldet',
        paragraphs: [
          `${by ?? 'Flixcheck'} hat Sie auf allen Geräten abgemeldet. Ihr Zugang bleibt: Melden Sie sich wie gewohnt wieder an. Verbundene Anwendungen arbeiten weiter.`,
        ],
        facts: [['Zeitpunkt', moment(at)]],
        button: { label: 'Zur Anmeldung', path: '/portal/sign-in' },
        after: [
          'Haben Sie ein Gerät verloren, oder kennt jemand Ihr Passwort? Dann setzen Sie nach der Anmeldung unter „Konto und Sicherheit“ ein neues, und sehen Sie nach, welche Anwendungen verbunden sind.',
          ...(by === null ? [] : [`Kommt das unerwartet? Fragen Sie bei ${by} nach.`]),
        ],
      }),
      en: ({ at, by }, { moment }) => ({
        subject: 'You have been signed out of Flixcheck everywhere',
        paragraphs: [
          `${by ?? 'Flixcheck'} has signed you out on all devices. You still have access: sign in again as usual. Connected applications go on working.`,
        ],
        facts: [['Time', moment(at)]],
        button: { label: 'To sign-in', path: '/portal/sign-in' },
        after: [
          'Have you lost a device, or does somebody know your password? Then set a new one under “Account and security” once you have signed in, and check which applications are connected.',
          ...(by === null ? [] : [`You did not expect this? Ask ${by}.`]),
        ],
      }),
    },
  },
  'connection-ends': {
    sendWithinMs: NEWS_WITHIN_MS,
    text: {
      de: ({ connectionId, application, at }, { moment }) => ({
        subject: `Die Verbindung zu ${application} endet bald`,
        paragraphs: [
          `Sie haben ${application} befristet Zugriff auf Flixcheck erlaubt. Die Frist läuft bald ab. Danach kann die Anwendung nicht mehr in Ihrem Namen auf Flixcheck zugreifen.`,
        ],
        facts: [['Ende der Verbindung', moment(at)]],
        after: ['Wenn Sie die Anwendung nicht mehr brauchen, müssen Sie nichts tun.'],
        button: {
          label: 'Ansehen und verlängern',
          path: `/portal/settings/connections/${connectionId}`,
        },
      }),
      en: ({ connectionId, application, at }, { moment }) => ({
        subject: `The connection to ${application} ends soon`,
        paragraphs: [
          `You allowed ${application} access to Flixcheck for a limited time. That time is nearly up. After that, the application can no longer access Flixcheck on your behalf.`,
        ],
        facts: [['End of the connection', moment(at)]],
        after: ['If you no longer need the application, there is nothing to do.'],
        button: {
          label: 'View and extend',
          path: `/portal/settings/connections/${connectionId}`,
        },
      }),
    },
  },
  ...REQUEST_MAILS,
};

/** "Firefox on Linux", as far as it is known. */
function deviceName(browser: string | null, system: string | null, on: string): string | null {
  return browser && system ? `${browser} ${on} ${system}` : (browser ?? system);
}
