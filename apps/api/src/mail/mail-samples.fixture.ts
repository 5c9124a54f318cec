import type { MailData, MailKind } from './mail-kinds.js';

/** What each kind of mail may be about, for tests and for pictures of them. */
export const MAIL_SAMPLES: { [Kind in MailKind]: MailData[Kind][] } = {
  'password-changed': [
    { at: '2026-11-25T20:04:00Z', by: 'user', connectionsEnded: false },
    { at: '2026-11-25T20:04:00Z', by: 'operator', connectionsEnded: true },
  ],
};
