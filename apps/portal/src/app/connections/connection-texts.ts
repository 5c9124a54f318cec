import check from '@material-symbols/svg-400/rounded/check.svg';
import history from '@material-symbols/svg-400/rounded/history.svg';
import hourglass from '@material-symbols/svg-400/rounded/hourglass_empty.svg';
import linkOff from '@material-symbols/svg-400/rounded/link_off.svg';
import warning from '@material-symbols/svg-400/rounded/warning.svg';
import { Connection } from '../api/types';

interface HealthWords {
  text: string;
  /** Said in full where there is room. */
  explanation: string;
  /** For admins, where they cannot do themselves what it takes; names the `person`. */
  forOthers?: string;
  tone: 'positive' | 'neutral' | 'caution' | 'negative';
  icon: string;
}

export const HEALTH: Record<Connection['health'], HealthWords> = {
  ok: {
    text: 'connections.health.ok.text',
    explanation: 'connections.health.ok.explanation',
    tone: 'positive',
    icon: check,
  },
  unused: {
    text: 'connections.health.unused.text',
    explanation: 'connections.health.unused.explanation',
    tone: 'neutral',
    icon: hourglass,
  },
  dormant: {
    text: 'connections.health.dormant.text',
    explanation: 'connections.health.dormant.explanation',
    tone: 'caution',
    icon: history,
  },
  refresh_refused: {
    text: 'connections.health.refreshRefused.text',
    explanation: 'connections.health.refreshRefused.explanation',
    forOthers: 'connections.health.refreshRefused.forOthers',
    tone: 'negative',
    icon: warning,
  },
  ended: {
    text: 'connections.health.ended.text',
    explanation: 'connections.health.ended.explanation',
    tone: 'neutral',
    icon: linkOff,
  },
};

/** How a connection ended; `{{name}}` is whoever ended it. */
const ENDED: Record<NonNullable<Connection['revocationReason']>, string> = {
  user: 'connections.ended.user',
  admin: 'connections.ended.admin',
  not_allowed: 'connections.ended.notAllowed',
  client: 'connections.ended.client',
  user_disabled: 'connections.ended.userDisabled',
  client_disabled: 'connections.ended.clientDisabled',
  client_deleted: 'connections.ended.clientDeleted',
  password_changed: 'connections.ended.passwordChanged',
  disavowed: 'connections.ended.disavowed',
  expired: 'connections.ended.expired',
  client_withdrawn: 'connections.ended.clientWithdrawn',
  account_closed: 'connections.ended.accountClosed',
};

/** What somebody does to a connection itself. Any other end is the consequence of something else. */
const BY_HAND: readonly string[] = ['user', 'admin'];

/**
 * How a connection ended, in words for whoever reads them. Where it is the consequence of something
 * else that the reader has done, like a changed password, that is said instead of their having ended it.
 * @param reason null for one that the API does not name
 */
export function endedText(reason: string | null, byReader: boolean): string {
  const known = reason ?? 'user';
  if (byReader && BY_HAND.includes(known)) return 'connections.ended.self';
  return (ENDED as Partial<Record<string, string>>)[known] ?? ENDED.user;
}
