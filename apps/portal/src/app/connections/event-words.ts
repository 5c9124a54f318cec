import block from '@material-symbols/svg-400/rounded/block.svg';
import bolt from '@material-symbols/svg-400/rounded/bolt.svg';
import check from '@material-symbols/svg-400/rounded/check.svg';
import key from '@material-symbols/svg-400/rounded/key.svg';
import keyOff from '@material-symbols/svg-400/rounded/key_off.svg';
import event from '@material-symbols/svg-400/rounded/event.svg';
import linkOff from '@material-symbols/svg-400/rounded/link_off.svg';
import renew from '@material-symbols/svg-400/rounded/autorenew.svg';
import visibility from '@material-symbols/svg-400/rounded/visibility.svg';
import alarm from '@material-symbols/svg-400/rounded/gpp_maybe.svg';
import { ConnectionEvent, OAuthScope } from '../api/types';
import { fullName } from '../people/full-name';
import { Right, rightsOf } from '../scopes/scope-words';
import { endedText } from './connection-texts';

export interface TimelineEntry {
  id: string;
  icon: string;
  tone: 'positive' | 'neutral' | 'caution' | 'negative';
  text: string;
  /** Who did it, for texts that name somebody. */
  name: string;
  /** Of a consent that was given in advance: by whom, as far as that is known. */
  through: string | null;
  /** What the application may do from then on, for texts that say so. */
  scope: string;
  /** Of a connection that was given a time: when it ends by itself. */
  until: string | null;
  /** Of a renewal, a reduction and a changed time: what differs from before. */
  changes: Changes;
  at: string;
  /** Of a run of equal events: the first of them, and how many there were. */
  since: string;
  count: number;
  /** The API notes it once a day, however often it happened: the count is of days. */
  daily: boolean;
}

export interface Changes {
  added: Right[];
  dropped: Right[];
  /** Null where it stayed as it was; of both moments, null means never. */
  end: { from: string | null; to: string | null } | null;
}

type Words = Pick<TimelineEntry, 'icon' | 'tone' | 'text'>;

const WORDS: Record<ConnectionEvent['type'], Words> = {
  granted: { icon: check, tone: 'positive', text: 'connections.events.granted' },
  renewed: { icon: check, tone: 'positive', text: 'connections.events.renewed' },
  narrowed: { icon: visibility, tone: 'caution', text: 'connections.events.narrowed' },
  token_issued: { icon: key, tone: 'neutral', text: 'connections.events.tokenIssued' },
  refreshed: { icon: renew, tone: 'neutral', text: 'connections.events.refreshed' },
  used: { icon: bolt, tone: 'neutral', text: 'connections.events.used' },
  revoked: { icon: linkOff, tone: 'negative', text: 'connections.ended.user' },
  reuse_detected: { icon: alarm, tone: 'negative', text: 'connections.events.reuseDetected' },
  refresh_refused: { icon: block, tone: 'caution', text: 'connections.events.refreshRefused' },
  limit_changed: { icon: event, tone: 'neutral', text: 'connections.events.limited' },
  grant_revoked: { icon: keyOff, tone: 'neutral', text: 'connections.events.grantRevoked' },
};

/** A run of these says no more than its latest event. */
const ROUTINE = new Set<ConnectionEvent['type']>(['used', 'refreshed', 'token_issued']);

/** Their detail is the moment at which the connection ends by itself; null: never. */
const GIVEN_A_TIME = new Set<ConnectionEvent['type']>(['granted', 'renewed', 'limit_changed']);

const DAILY = new Set<ConnectionEvent['type']>(['used', 'refreshed']);

/** Newest first, as the API lists them; a run of the same routine event becomes one entry. */
export function timeline(
  events: readonly ConnectionEvent[],
  ownId: string | undefined,
  scopes: readonly OAuthScope[],
): TimelineEntry[] {
  const entries: TimelineEntry[] = [];
  let type: ConnectionEvent['type'] | null = null;
  for (const event of events) {
    const last = entries.at(-1);
    if (last && event.type === type && ROUTINE.has(event.type)) {
      // Days as the API counts them: UTC. Several lineages may be refreshed on one day.
      if (!last.daily || event.at.slice(0, 10) !== last.since.slice(0, 10)) last.count += 1;
      last.since = event.at;
      continue;
    }
    type = event.type;
    const changes = changesOf(event, scopes);
    entries.push({
      id: event.id,
      ...WORDS[event.type],
      text: textOf(event, ownId),
      name: event.actor ? fullName(event.actor) : '',
      through: event.inAdvance && event.actor ? fullName(event.actor) : null,
      scope: event.scope ?? '',
      until: GIVEN_A_TIME.has(event.type) && !changes.end ? event.detail : null,
      changes,
      at: event.at,
      since: event.at,
      count: 1,
      daily: DAILY.has(event.type),
    });
  }
  return entries;
}

function changesOf(
  { type, scope, detail, former }: ConnectionEvent,
  scopes: readonly OAuthScope[],
): Changes {
  if (!former) return { added: [], dropped: [], end: null };
  const before = rightsOf(former.scope, scopes);
  const after = rightsOf(scope ?? former.scope, scopes);
  const end = GIVEN_A_TIME.has(type) && detail !== former.expiresAt;
  return {
    added: after.filter((right) => !before.includes(right)),
    dropped: before.filter((right) => !after.includes(right)),
    end: end ? { from: former.expiresAt, to: detail } : null,
  };
}

function textOf(
  { type, actor, detail, inAdvance }: ConnectionEvent,
  ownId: string | undefined,
): string {
  const own = actor !== null && actor.id === ownId;
  switch (type) {
    case 'granted':
      if (inAdvance) return 'connections.events.grantedInAdvance';
      return own ? 'connections.events.grantedSelf' : WORDS.granted.text;
    case 'renewed':
      if (inAdvance) return 'connections.events.renewedInAdvance';
      return own ? 'connections.events.renewedSelf' : WORDS.renewed.text;
    case 'narrowed':
      if (own) return 'connections.events.narrowedSelf';
      return actor ? WORDS.narrowed.text : 'connections.events.narrowedByFlixcheck';
    case 'limit_changed':
      if (detail === null) return 'connections.events.unlimited';
      return own ? 'connections.events.limitedSelf' : WORDS.limit_changed.text;
    case 'revoked':
      return endedText(detail, own);
    case 'grant_revoked':
      return detail === 'superseded'
        ? 'connections.events.grantSuperseded'
        : WORDS.grant_revoked.text;
    default:
      return WORDS[type].text;
  }
}
