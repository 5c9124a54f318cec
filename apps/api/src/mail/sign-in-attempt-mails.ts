import { type KindOfMail, NEWS_WITHIN_MS } from './mail-text.js';

export interface SignInAttemptData {
  /** To the user, who may not be the one who tries. */
  'sign-in-attempts': { attempts: number; last: string };
}

/** That somebody guesses; nobody does without it. */
export const SIGN_IN_ATTEMPT_MAILS: {
  [Kind in keyof SignInAttemptData]: KindOfMail<SignInAttemptData[Kind]>;
} = {
  'sign-in-attempts': {
    sendWithinMs: NEWS_WITHIN_MS,
    text: {
      de: ({ attempts, last }, { moment }) => ({
        subject: 'Viele Anmeldeversuche mit falschem Passwort',
        paragraphs: [
          `Für Ihr Konto bei Flixcheck wurde ${attempts}-mal nacheinander ein falsches Passwort eingegeben. Angemeldet hat sich dabei niemand, und weitere Versuche bremsen wir.`,
          'Waren Sie das selbst? Dann setzen Sie ein neues Passwort, wenn Ihnen das alte nicht mehr einfällt.',
        ],
        facts: [['Letzter Versuch', moment(last)]],
        button: { label: 'Neues Passwort setzen', path: '/portal/forgot-password' },
        after: [
          'Waren Sie das nicht? Ist Ihr Passwort stark und nur hier in Gebrauch, müssen Sie nichts tun. Sonst setzen Sie gleich ein neues. Ein Passkey oder die Anmeldung in zwei Schritten („Konto und Sicherheit“) schützt Ihr Konto auch dann, wenn jemand das Passwort errät.',
          'Von weiteren Versuchen erfahren Sie frühestens in 24 Stunden wieder.',
        ],
      }),
      en: ({ attempts, last }, { moment }) => ({
        subject: 'Many attempts to sign in with a wrong password',
        paragraphs: [
          `A wrong password was entered for your Flixcheck account ${attempts} times in a row. Nobody got in, and we slow down further attempts.`,
          'Was it you? Set a new password if you cannot remember the old one.',
        ],
        facts: [['Last attempt', moment(last)]],
        button: { label: 'Set a new password', path: '/portal/forgot-password' },
        after: [
          'This was not you? If your password is strong and used only here, there is nothing to do. Otherwise, set a new one right away. A passkey or sign-in in two steps (“Account and security”) protects your account even if somebody guesses the password.',
          'We will not tell you of further attempts again within 24 hours.',
        ],
      }),
    },
  },
};
