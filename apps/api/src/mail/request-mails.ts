import { type KindOfMail, NEWS_WITHIN_MS } from './mail-text.js';

/** What the mails about a request and its answer need to know. */
export interface RequestData {
  /** To the admins of a company, one of whom has to answer. */
  'approval-requested': { person: string; application: string; note: string };
  /** To those who work for Flixcheck, one of whom has to answer. */
  'client-change-requested': { person: string; application: string; note: string };
  /** To the developer who asked. */
  'client-change-decided': {
    oauthClientId: string;
    application: string;
    status: 'accepted' | 'declined';
    answer: string;
  };
  /** To who asked for the application. */
  'approval-decided': {
    application: string;
    status: 'approved' | 'declined';
    answer: string;
    /** The company has blocked the application, which has ended its connections. */
    blocked?: boolean;
  };
}

/** To those who have to answer a request, and to who has asked. */
export const REQUEST_MAILS: { [Kind in keyof RequestData]: KindOfMail<RequestData[Kind]> } = {
  'approval-requested': {
    sendWithinMs: NEWS_WITHIN_MS,
    text: {
      de: ({ person, application, note }) => ({
        subject: `${person} möchte ${application} verbinden`,
        paragraphs: [
          `${person} möchte ${application} mit Flixcheck verbinden. Die Regeln Ihres Unternehmens erlauben das zurzeit nicht.`,
        ],
        facts: note === '' ? [] : [['Begründung', note]],
        after: [
          'Solange niemand antwortet, kann die Person die Anwendung nicht verbinden. Was schon verbunden ist, läuft weiter. Die Antwort erfährt die Person per E-Mail.',
        ],
        button: { label: 'Ansehen und antworten', path: '/portal/settings/applications' },
      }),
      en: ({ person, application, note }) => ({
        subject: `${person} wants to connect ${application}`,
        paragraphs: [
          `${person} wants to connect ${application} to Flixcheck. Your company’s rules do not allow that at present.`,
        ],
        facts: note === '' ? [] : [['Reason', note]],
        after: [
          'Until somebody answers, the person cannot connect the application. What is already connected goes on. The person is told the answer by e-mail.',
        ],
        button: { label: 'View and answer', path: '/portal/settings/applications' },
      }),
    },
  },
  'client-change-requested': {
    sendWithinMs: NEWS_WITHIN_MS,
    text: {
      de: ({ person, application, note }) => ({
        subject: `${person} bittet um eine Änderung an ${application}`,
        paragraphs: [
          `${person} betreut ${application} und bittet um andere Weiterleitungsadressen oder Berechtigungen.`,
        ],
        facts: note === '' ? [] : [['Begründung', note]],
        after: [
          'Solange niemand zustimmt, bleibt die Anwendung, wie sie ist. Die Antwort erfährt die Person per E-Mail.',
        ],
        button: {
          label: 'Ansehen und antworten',
          path: '/portal/settings/registry/change-requests',
        },
      }),
      en: ({ person, application, note }) => ({
        subject: `${person} asks for a change to ${application}`,
        paragraphs: [
          `${person} looks after ${application} and asks for other redirect URIs or permissions.`,
        ],
        facts: note === '' ? [] : [['Reason', note]],
        after: [
          'Until somebody agrees, the application stays as it is. The person is told the answer by e-mail.',
        ],
        button: { label: 'View and answer', path: '/portal/settings/registry/change-requests' },
      }),
    },
  },
  'client-change-decided': {
    sendWithinMs: NEWS_WITHIN_MS,
    text: {
      de: ({ oauthClientId, application, status, answer }) => ({
        subject:
          status === 'accepted'
            ? `Ihre Änderung an ${application} gilt`
            : `Ihre Änderung an ${application} wurde abgelehnt`,
        paragraphs: [
          status === 'accepted'
            ? `Flixcheck hat die Weiterleitungsadressen oder Berechtigungen von ${application} so geändert, wie Sie es beantragt haben.`
            : `Flixcheck hat Ihren Antrag abgelehnt. An ${application} ändert sich nichts.`,
        ],
        facts: answer === '' ? [] : [['Antwort', answer]],
        button: {
          label: 'Zur Anwendung',
          path: `/portal/settings/developer/${oauthClientId}`,
        },
      }),
      en: ({ oauthClientId, application, status, answer }) => ({
        subject:
          status === 'accepted'
            ? `Your change to ${application} is in effect`
            : `Your change to ${application} was declined`,
        paragraphs: [
          status === 'accepted'
            ? `Flixcheck has changed the redirect URIs or permissions of ${application} as you asked.`
            : `Flixcheck has declined your request. ${application} stays as it was.`,
        ],
        facts: answer === '' ? [] : [['Answer', answer]],
        button: {
          label: 'To the application',
          path: `/portal/settings/developer/${oauthClientId}`,
        },
      }),
    },
  },
  'approval-decided': {
    sendWithinMs: NEWS_WITHIN_MS,
    text: {
      de: ({ application, status, answer, blocked }) => ({
        subject:
          status === 'approved'
            ? `Sie dürfen ${application} verbinden`
            : `${application} wurde nicht freigegeben`,
        paragraphs: [
          status === 'approved'
            ? `Ihr Unternehmen hat ${application} freigegeben. Damit allein ist noch nichts neu verbunden: Das tun Sie selbst, im Portal oder in der Anwendung.`
            : blocked
              ? `Ihr Unternehmen hat ${application} gesperrt. Die Anwendung hat keinen Zugriff auf Flixcheck.`
              : `Ihr Unternehmen hat Ihre Anfrage abgelehnt. Sie können ${application} deshalb nicht verbinden. Haben Sie die Anwendung schon verbunden, läuft diese Verbindung weiter.`,
        ],
        facts: answer === '' ? [] : [['Antwort', answer]],
        button: { label: 'Zu Ihren Verbindungen', path: '/portal/settings/connections' },
      }),
      en: ({ application, status, answer, blocked }) => ({
        subject:
          status === 'approved'
            ? `You may connect ${application}`
            : `${application} was not allowed`,
        paragraphs: [
          status === 'approved'
            ? `Your company has allowed ${application}. That alone connects nothing: you do that yourself, in the portal or in the application.`
            : blocked
              ? `Your company has blocked ${application}. The application has no access to Flixcheck.`
              : `Your company has declined your request, so you cannot connect ${application}. If you have connected it already, that connection goes on.`,
        ],
        facts: answer === '' ? [] : [['Answer', answer]],
        button: { label: 'To your connections', path: '/portal/settings/connections' },
      }),
    },
  },
};
