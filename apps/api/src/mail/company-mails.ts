import { type KindOfMail, NEWS_WITHIN_MS } from './mail-text.js';

/** What the mails about a whole company need to know. */
export interface CompanyData {
  /** To its admins, who are answered like strangers from now on. `keptUntil`: their data goes then. */
  'company-closed': { company: string; at: string; keptUntil: string };
  /** To its admins. */
  'company-reopened': { company: string; at: string };
}

/** What its admins are told of their company; nobody does without it. */
export const COMPANY_MAILS: { [Kind in keyof CompanyData]: KindOfMail<CompanyData[Kind]> } = {
  'company-closed': {
    sendWithinMs: NEWS_WITHIN_MS,
    text: {
      de: ({ company, at, keptUntil }, { moment }) => ({
        subject: `${company} ist bei Flixcheck geschlossen`,
        paragraphs: [
          `Flixcheck hat den Zugang von ${company} geschlossen. Niemand aus dem Unternehmen kann sich mehr anmelden: Auch mit dem richtigen Passwort heißt es, E-Mail-Adresse oder Passwort seien falsch.`,
          'Alle Anmeldungen, alle Verbindungen zu Anwendungen und alle offenen Einladungen sind beendet.',
          'Bis zum unten genannten Zeitpunkt kann Flixcheck das Unternehmen wieder öffnen. Danach werden die persönlichen Daten aller Personen des Unternehmens gelöscht, und das lässt sich nicht rückgängig machen.',
        ],
        facts: [
          ['Geschlossen', moment(at)],
          ['Daten bleiben bis', moment(keptUntil)],
        ],
        after: [
          'Kommt das unerwartet, oder brauchen Sie noch Daten? Wenden Sie sich vor diesem Zeitpunkt an Ihre Ansprechperson bei Flixcheck.',
        ],
      }),
      en: ({ company, at, keptUntil }, { moment }) => ({
        subject: `${company} is closed at Flixcheck`,
        paragraphs: [
          `Flixcheck has closed the access of ${company}. Nobody of the company can sign in any more: even with the right password, they are told that the e-mail address or the password is not right.`,
          'All sessions, all connections to applications and all open invitations have ended.',
          'Until the time below, Flixcheck can open the company again. After that, the personal data of everybody in the company is erased, which cannot be undone.',
        ],
        facts: [
          ['Closed', moment(at)],
          ['Data is kept until', moment(keptUntil)],
        ],
        after: [
          'You did not expect this, or still need data? Ask your contact at Flixcheck before that time.',
        ],
      }),
    },
  },
  'company-reopened': {
    sendWithinMs: NEWS_WITHIN_MS,
    text: {
      de: ({ company, at }, { moment }) => ({
        subject: `${company} ist bei Flixcheck wieder geöffnet`,
        paragraphs: [
          `Flixcheck hat den Zugang von ${company} wieder geöffnet. Alle, die nicht gesperrt sind, melden sich mit ihrem bisherigen Passwort an.`,
          'Was beim Schließen geendet hat, bleibt beendet: Verbinden Sie Anwendungen neu, und verschicken Sie offene Einladungen noch einmal.',
        ],
        facts: [['Geöffnet', moment(at)]],
        button: { label: 'Zur Anmeldung', path: '/portal/sign-in' },
      }),
      en: ({ company, at }, { moment }) => ({
        subject: `${company} is open again at Flixcheck`,
        paragraphs: [
          `Flixcheck has opened the access of ${company} again. Everybody who is not disabled signs in with the password they had.`,
          'What ended when it was closed stays ended: connect applications again, and send open invitations once more.',
        ],
        facts: [['Opened', moment(at)]],
        button: { label: 'To sign-in', path: '/portal/sign-in' },
      }),
    },
  },
};
