import type { FailureKind } from './failures.js';

export type Language = 'de' | 'en';

const de = {
  language: 'Deutsch',
  otherLanguage: 'English',
  skipToContent: 'Zum Inhalt springen',
  navigation: 'Hauptnavigation',
  customers: 'Kunden',
  connection: 'Flixcheck',
  sample: 'Beispielanwendung: Maklerwelt und alle Kunden sind erfunden.',
  imprint: 'Maklerwelt Software GmbH · maklerwelt.example',
  connectedMark: 'verbunden',

  customersLead: 'Wählen Sie einen Kunden und fragen Sie Fehlendes mit Flixcheck an.',
  customer: 'Kunde',
  city: 'Ort',
  missing: 'Es fehlt',
  createCheck: 'Check anlegen',
  createCheckFor: (name: string) => `Check anlegen für ${name}`,

  promoteTitle: 'Fehlende Angaben? Der Kunde ergänzt sie selbst.',
  promoteText:
    'Verbinden Sie Maklerwelt CRM mit Ihrem Flixcheck-Konto. Danach legen Sie Checks in Ihrem Namen direkt aus der Kundenliste an.',
  connect: 'Mit Flixcheck verbinden',
  connectAgain: 'Erneut verbinden',
  connectHint: 'Sie melden sich bei Flixcheck an und entscheiden dort.',
  actsFor: (name: string) => `Maklerwelt CRM handelt bei Flixcheck für ${name}.`,
  toConnection: 'Verbindung ansehen',
  readOnly: 'Sie haben nur das Ansehen erlaubt, deshalb lassen sich hier keine Checks anlegen.',
  allowMore: 'Mehr erlauben',

  notConnectedTitle: 'Noch nicht verbunden',
  actsForTitle: 'In wessen Namen',
  account: 'Unternehmen',
  scope: 'Umfang',
  scopes: {
    read: 'lesen',
    readwrite: 'lesen und schreiben',
  } as Record<string, string>,
  grantedAt: 'Erlaubt am',
  renew: 'Token erneuern',
  disconnect: 'Verbindung trennen',

  checksTitle: 'Checks',
  noChecks: 'Noch kein Check. Legen Sie in der Kundenliste den ersten an.',
  noneToSee: 'Noch kein Check.',
  checkFor: (name: string) => `für ${name}`,
  checkBy: (name: string, via: string | null) =>
    via ? `angelegt von ${name} über ${via}` : `angelegt von ${name}`,
  checkStatus: {
    draft: 'Entwurf',
    sent: 'Versendet',
    completed: 'Erledigt',
  } as Record<string, string>,

  tokensTitle: 'Token',
  tokensLead:
    'Maklerwelt bewahrt sie auf dem Server auf; hier stehen nur die letzten vier Zeichen.',
  accessToken: 'Access-Token',
  refreshToken: 'Refresh-Token',
  expiresAt: 'Gültig bis',

  journalTitle: 'Protokoll',
  journalLead: 'Was Maklerwelt und Flixcheck zuletzt gesprochen haben, das Neueste zuerst.',
  journalTime: 'Zeit',
  journalRequest: 'Anfrage',
  journalStatus: 'Antwort',
  journalDuration: 'Dauer',
  noAnswer: 'keine',
  grants: {
    authorization_code: 'Code einlösen',
    refresh_token: 'Token erneuern',
  } as Record<string, string>,

  noticeConnected: (name: string) => `Verbunden. Maklerwelt CRM handelt jetzt für ${name}.`,
  noticeDisconnected:
    'Getrennt. Maklerwelt hat die Token zurückgegeben und vergessen; angelegte Checks bleiben bei Flixcheck.',
  noticeCheckCreated: (title: string, name: string) => `„${title}“ für ${name} ist angelegt.`,
  noticeRefreshed: 'Die Token sind erneuert.',
  changesTitle: 'Was sich geändert hat',
  before: 'vorher',
  after: 'jetzt',
  value: 'Angabe',
  changed: 'neu',
  unchanged: 'gleich',

  endedTitle: 'Die Verbindung ist beendet',
  endedText:
    'Flixcheck nimmt keinen der Token von Maklerwelt mehr an. So sieht es aus, wenn jemand die Verbindung im Flixcheck-Portal beendet hat. Maklerwelt hat die Token daraufhin vergessen; angelegte Checks sind bei Flixcheck weiter vorhanden.',
  endedCall: 'Der Aufruf der API',
  endedRefresh: 'Das Erneuern der Token',

  error: 'Fehler',
  description: 'Beschreibung',
  status: 'HTTP-Status',
  requestId: 'Anfrage-ID',
  details: 'Für Entwickler',
  tryAgain: 'Erneut versuchen',
  toCustomers: 'Zur Kundenliste',
  failures: {
    refused: [
      'Sie haben den Zugriff abgelehnt',
      'Maklerwelt CRM kann bei Flixcheck nichts sehen und nichts tun. Sie können es sich jederzeit anders überlegen.',
    ],
    refusedAgain: [
      'Es bleibt bei der bisherigen Verbindung',
      'Sie haben die neue Anfrage abgelehnt. Maklerwelt CRM darf bei Flixcheck dasselbe wie bisher.',
    ],
    readOnly: [
      'Sie haben Maklerwelt CRM nur das Ansehen erlaubt',
      'Um einen Check anzulegen, braucht Maklerwelt CRM mehr Rechte. Sie entscheiden bei Flixcheck, ob Sie sie geben.',
    ],
    authorization: [
      'Flixcheck hat die Verbindung nicht hergestellt',
      'Die Anfrage von Maklerwelt wurde zurückgewiesen. Der Grund steht unten.',
    ],
    token: [
      'Flixcheck hat keine Token ausgestellt',
      'Die Antwort auf unsere Anfrage steht unten. Meist hilft es, noch einmal zu verbinden.',
    ],
    api: ['Flixcheck hat die Anfrage nicht ausgeführt', 'Der Grund steht unten.'],
    unreachable: [
      'Flixcheck ist nicht zu erreichen',
      'Maklerwelt hat keine Antwort bekommen. Läuft der Flixcheck-Server? Ihre Daten sind unverändert.',
    ],
    discovery: [
      'Unter dieser Adresse antwortet kein Flixcheck',
      'Maklerwelt hat die Angaben zum Anmeldeserver nicht gefunden oder sie passen nicht zur Adresse.',
    ],
    unknownState: [
      'Diese Rückkehr gehört zu keiner Anfrage',
      'Maklerwelt hat in diesem Browser keine Verbindung begonnen, zu der die Antwort passt. Zur Sicherheit wurde sie verworfen.',
    ],
    untrusted: [
      'Die Antwort passt nicht zur Anfrage',
      'Absender oder Inhalt sind nicht die erwarteten. Zur Sicherheit wurde die Antwort verworfen.',
    ],
    internal: ['Das hat nicht geklappt', 'Der Fehler liegt bei Maklerwelt.'],
  } satisfies Record<FailureKind, [string, string]> as Record<FailureKind, [string, string]>,
  address: 'Adresse',

  notFoundTitle: 'Diese Seite gibt es nicht',
  notFoundText: 'Vielleicht ist die Adresse falsch abgetippt.',
  forbiddenTitle: 'Diese Anfrage kam nicht von Maklerwelt',
  forbiddenText: 'Zur Sicherheit wurde sie nicht ausgeführt.',
};

export type Texts = typeof de;

const en: Texts = {
  language: 'English',
  otherLanguage: 'Deutsch',
  skipToContent: 'Skip to content',
  navigation: 'Main navigation',
  customers: 'Customers',
  connection: 'Flixcheck',
  sample: 'A sample application: Maklerwelt and all customers are made up.',
  imprint: 'Maklerwelt Software GmbH · maklerwelt.example',
  connectedMark: 'connected',

  customersLead: 'Choose a customer and ask for what is missing with Flixcheck.',
  customer: 'Customer',
  city: 'City',
  missing: 'Missing',
  createCheck: 'Create check',
  createCheckFor: (name) => `Create check for ${name}`,

  promoteTitle: 'Something missing? Let the customer fill it in.',
  promoteText:
    'Connect Maklerwelt CRM with your Flixcheck account, then create checks in your name straight from the customer list.',
  connect: 'Connect with Flixcheck',
  connectAgain: 'Connect again',
  connectHint: 'You sign in at Flixcheck and decide there.',
  actsFor: (name) => `Maklerwelt CRM acts for ${name} at Flixcheck.`,
  toConnection: 'View connection',
  readOnly: 'You allowed viewing only, so checks cannot be created here.',
  allowMore: 'Allow more',

  notConnectedTitle: 'Not connected yet',
  actsForTitle: 'In whose name',
  account: 'Company',
  scope: 'Scope',
  scopes: { read: 'read', readwrite: 'read and write' },
  grantedAt: 'Granted on',
  renew: 'Refresh tokens',
  disconnect: 'Disconnect',

  checksTitle: 'Checks',
  noChecks: 'No check yet. Create the first one from the customer list.',
  noneToSee: 'No check yet.',
  checkFor: (name) => `for ${name}`,
  checkBy: (name, via) => (via ? `created by ${name} through ${via}` : `created by ${name}`),
  checkStatus: { draft: 'Draft', sent: 'Sent', completed: 'Completed' },

  tokensTitle: 'Tokens',
  tokensLead: 'Maklerwelt keeps them on its server; only the last four characters are shown here.',
  accessToken: 'Access token',
  refreshToken: 'Refresh token',
  expiresAt: 'Valid until',

  journalTitle: 'Log',
  journalLead: 'What Maklerwelt and Flixcheck said to each other, latest first.',
  journalTime: 'Time',
  journalRequest: 'Request',
  journalStatus: 'Answer',
  journalDuration: 'Took',
  noAnswer: 'none',
  grants: { authorization_code: 'redeem code', refresh_token: 'refresh tokens' },

  noticeConnected: (name) => `Connected. Maklerwelt CRM now acts for ${name}.`,
  noticeDisconnected:
    'Disconnected. Maklerwelt has handed back and forgotten its tokens; checks already created stay at Flixcheck.',
  noticeCheckCreated: (title, name) => `“${title}” for ${name} has been created.`,
  noticeRefreshed: 'The tokens have been refreshed.',
  changesTitle: 'What changed',
  before: 'before',
  after: 'now',
  value: 'Value',
  changed: 'new',
  unchanged: 'same',

  endedTitle: 'The connection has ended',
  endedText:
    'Flixcheck no longer accepts any of Maklerwelt’s tokens. This is what it looks like when somebody has ended the connection in the Flixcheck portal. Maklerwelt has forgotten the tokens; checks already created are still there.',
  endedCall: 'The call to the API',
  endedRefresh: 'Refreshing the tokens',

  error: 'Error',
  description: 'Description',
  status: 'HTTP status',
  requestId: 'Request id',
  details: 'For developers',
  tryAgain: 'Try again',
  toCustomers: 'To the customer list',
  failures: {
    refused: [
      'You refused access',
      'Maklerwelt CRM can see nothing and do nothing at Flixcheck. You can change your mind at any time.',
    ],
    refusedAgain: [
      'Your connection stays as it was',
      'You refused the new request. Maklerwelt CRM may do the same at Flixcheck as before.',
    ],
    readOnly: [
      'You allowed Maklerwelt CRM to view only',
      'To create a check, Maklerwelt CRM needs more permissions. You decide at Flixcheck whether to give them.',
    ],
    authorization: [
      'Flixcheck did not connect',
      'It turned down the request that Maklerwelt made. The reason is below.',
    ],
    token: [
      'Flixcheck issued no tokens',
      'Its answer to our request is below. Connecting again usually helps.',
    ],
    api: ['Flixcheck did not carry out the request', 'The reason is below.'],
    unreachable: [
      'Flixcheck cannot be reached',
      'Maklerwelt got no answer. Is the Flixcheck server running? Your data is unchanged.',
    ],
    discovery: [
      'No Flixcheck answers at this address',
      'Maklerwelt did not find the description of the sign-in server, or it does not match the address.',
    ],
    unknownState: [
      'This return belongs to no request',
      'Maklerwelt started nothing in this browser that the answer would match. To be safe, it was dropped.',
    ],
    untrusted: [
      'The answer does not match the request',
      'It is not from whom, or not what, we expected. To be safe, it was dropped.',
    ],
    internal: ['That did not work', 'The fault is with Maklerwelt.'],
  },
  address: 'Address',

  notFoundTitle: 'There is no such page',
  notFoundText: 'Perhaps the address was mistyped.',
  forbiddenTitle: 'This request did not come from Maklerwelt',
  forbiddenText: 'To be safe, it was not carried out.',
};

export const texts: Record<Language, Texts> = { de, en };

/** The first language of an Accept-Language header that we speak; German for everybody else. */
export function preferredLanguage(header: string | undefined): Language {
  const wanted = (header ?? '')
    .split(',')
    .map((entry) => {
      const [tag = '', ...parameters] = entry.trim().toLowerCase().split(';');
      const quality = parameters.find((parameter) => parameter.trim().startsWith('q='));
      return { tag, quality: quality ? Number(quality.trim().slice(2)) : 1 };
    })
    .filter(({ tag, quality }) => /^(de|en)\b/.test(tag) && quality > 0)
    .sort((one, other) => other.quality - one.quality)[0];
  return wanted?.tag.startsWith('en') ? 'en' : 'de';
}
