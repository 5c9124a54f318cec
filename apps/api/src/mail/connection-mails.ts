import { type KindOfMail, NEWS_WITHIN_MS } from './mail-text.js';

/** What the mails about a user's connections need to know. */
export interface ConnectionData {
  /** To who has granted access, who may not be the one. */
  'connection-made': { connectionId: string; application: string; at: string };
  /** The same, where the connection may do more than before. */
  'connection-widened': { connectionId: string; application: string; at: string };
  /**
   * To whose connections somebody else has ended; `application`: null for all of them, or where
   * there are `several`.
   */
  'connection-ended': {
    application: string | null;
    several?: EndedApplications;
    by: string;
    at: string;
    /** Because the company does not allow the application any more. */
    notAllowed?: true;
  };
  /** To whose connection was cut, because a token or code of it was used twice. */
  'connection-reuse': { connectionId: string; application: string; at: string };
}

/** Whose connections ended at once: the first of them by name, and how many besides. */
export interface EndedApplications {
  names: string[];
  more: number;
}

const pathOf = (id: string) => `/portal/settings/connections/${id}` as const;
/** Where those that have ended are listed. */
const ENDED = '/portal/settings/connections?list=ended';

export const CONNECTION_MAILS: {
  [Kind in keyof ConnectionData]: KindOfMail<ConnectionData[Kind]>;
} = {
  'connection-made': {
    sendWithinMs: NEWS_WITHIN_MS,
    text: {
      de: ({ connectionId, application, at }, { moment }) => ({
        subject: `${application} ist mit Ihrem Konto verbunden`,
        paragraphs: [
          `Jemand, vermutlich Sie, hat ${application} erlaubt, in Ihrem Namen auf Flixcheck zuzugreifen.`,
        ],
        facts: [['Zeitpunkt', moment(at)]],
        after: [
          'Waren Sie das nicht? Dann beenden Sie die Verbindung, und setzen Sie ein neues Passwort.',
        ],
        button: { label: 'Verbindung ansehen', path: pathOf(connectionId) },
      }),
      en: ({ connectionId, application, at }, { moment }) => ({
        subject: `${application} is connected to your account`,
        paragraphs: [
          `Somebody, probably you, has allowed ${application} to access Flixcheck on your behalf.`,
        ],
        facts: [['Time', moment(at)]],
        after: ['This was not you? End the connection, and set a new password.'],
        button: { label: 'View the connection', path: pathOf(connectionId) },
      }),
    },
  },
  'connection-widened': {
    sendWithinMs: NEWS_WITHIN_MS,
    text: {
      de: ({ connectionId, application, at }, { moment }) => ({
        subject: `${application} darf jetzt mehr`,
        paragraphs: [
          `Jemand, vermutlich Sie, hat ${application} mehr erlaubt als bisher. Was genau, steht bei der Verbindung.`,
        ],
        facts: [['Zeitpunkt', moment(at)]],
        after: [
          'Waren Sie das nicht? Dann beenden Sie die Verbindung, und setzen Sie ein neues Passwort.',
        ],
        button: { label: 'Verbindung ansehen', path: pathOf(connectionId) },
      }),
      en: ({ connectionId, application, at }, { moment }) => ({
        subject: `${application} may now do more`,
        paragraphs: [
          `Somebody, probably you, has allowed ${application} more than before. The connection's page says what.`,
        ],
        facts: [['Time', moment(at)]],
        after: ['This was not you? End the connection, and set a new password.'],
        button: { label: 'View the connection', path: pathOf(connectionId) },
      }),
    },
  },
  'connection-ended': {
    sendWithinMs: NEWS_WITHIN_MS,
    text: {
      de: ({ application, several, by, at, notAllowed }, { moment }) => ({
        ...(several
          ? severalInGerman(several, by, notAllowed)
          : {
              subject:
                application === null
                  ? 'Ihre Verbindungen wurden beendet'
                  : `Ihre Verbindung zu ${application} wurde beendet`,
              paragraphs: [
                application === null
                  ? `${by} hat alle Ihre Verbindungen beendet. Die Anwendungen können nicht mehr in Ihrem Namen auf Flixcheck zugreifen.`
                  : notAllowed
                    ? `Ihr Unternehmen erlaubt ${application} nicht mehr. Das hat ${by} entschieden, und damit wurde Ihre Verbindung beendet. Die Anwendung kann nicht mehr in Ihrem Namen auf Flixcheck zugreifen.`
                    : `${by} hat Ihre Verbindung zu ${application} beendet. Die Anwendung kann nicht mehr in Ihrem Namen auf Flixcheck zugreifen.`,
              ],
            }),
        facts: [['Zeitpunkt', moment(at)]],
        after: ['Fragen dazu beantwortet die Administration Ihres Unternehmens.'],
        button: { label: 'Verbindungen ansehen', path: ENDED },
      }),
      en: ({ application, several, by, at, notAllowed }, { moment }) => ({
        ...(several
          ? severalInEnglish(several, by, notAllowed)
          : {
              subject:
                application === null
                  ? 'Your connections were ended'
                  : `Your connection to ${application} was ended`,
              paragraphs: [
                application === null
                  ? `${by} has ended all your connections. The applications can no longer access Flixcheck on your behalf.`
                  : notAllowed
                    ? `Your company no longer allows ${application}. ${by} has decided that, and it has ended your connection. The application can no longer access Flixcheck on your behalf.`
                    : `${by} has ended your connection to ${application}. The application can no longer access Flixcheck on your behalf.`,
              ],
            }),
        facts: [['Time', moment(at)]],
        after: ['Your company’s admin answers questions about it.'],
        button: { label: 'View the connections', path: ENDED },
      }),
    },
  },
  'connection-reuse': {
    sendWithinMs: NEWS_WITHIN_MS,
    text: {
      de: ({ connectionId, application, at }, { moment }) => ({
        subject: `${application}: Zugriff zur Sicherheit unterbrochen`,
        paragraphs: [
          `Ein Zugangsschlüssel, den ${application} für Ihr Konto hat, wurde ein zweites Mal benutzt. Vielleicht hat ihn jemand kopiert. Deshalb gilt er nicht mehr, und auch keiner, der daraus entstanden ist.`,
        ],
        facts: [['Zeitpunkt', moment(at)]],
        after: [
          `Möchten Sie ${application} weiter nutzen? Dann verbinden Sie die Anwendung neu. Geschieht das öfter, wenden Sie sich an deren Hersteller.`,
        ],
        button: { label: 'Verbindung ansehen', path: pathOf(connectionId) },
      }),
      en: ({ connectionId, application, at }, { moment }) => ({
        subject: `${application}: access interrupted for safety`,
        paragraphs: [
          `An access key that ${application} has for your account was used a second time. Somebody may have copied it. So it no longer works, nor does any that came from it.`,
        ],
        facts: [['Time', moment(at)]],
        after: [
          `Do you want to go on using ${application}? Connect it again. If this happens more often, ask its maker.`,
        ],
        button: { label: 'View the connection', path: pathOf(connectionId) },
      }),
    },
  },
};

function severalInGerman({ names, more }: EndedApplications, by: string, notAllowed = false) {
  const why = notAllowed
    ? `Ihr Unternehmen erlaubt ${names.length + more} Anwendungen nicht mehr, mit denen Sie verbunden waren. Das hat ${by} entschieden, und damit wurden diese Verbindungen beendet.`
    : `${by} hat ${names.length + more} Ihrer Verbindungen beendet.`;
  return {
    subject: `${names.length + more} Ihrer Verbindungen wurden beendet`,
    paragraphs: [
      `${why} Diese Anwendungen können nicht mehr in Ihrem Namen auf Flixcheck zugreifen:`,
    ],
    list: more > 0 ? [...names, `und ${more} weitere`] : names,
  };
}

function severalInEnglish({ names, more }: EndedApplications, by: string, notAllowed = false) {
  const why = notAllowed
    ? `Your company no longer allows ${names.length + more} applications that you were connected to. ${by} has decided that, and it has ended these connections.`
    : `${by} has ended ${names.length + more} of your connections.`;
  return {
    subject: `${names.length + more} of your connections were ended`,
    paragraphs: [`${why} These applications can no longer access Flixcheck on your behalf:`],
    list: more > 0 ? [...names, `and ${more} more`] : names,
  };
}
