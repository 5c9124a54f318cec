import { AuditRecord } from '../api/types';
import { fullName } from '../people/full-name';
import { MAIL_NAMES } from './mail-names';

/** What a value is called: by a text, as a moment, by the table of scopes, or as it is. */
export type AuditValue =
  { text: string } | { moment: string } | { scope: string } | { plain: string };

/** One thing that a record says besides its sentence. */
export interface AuditDetail {
  /** A text key. */
  label: string;
  /** What it was; absent where only what it is now is known. */
  from?: AuditValue;
  to?: AuditValue;
  /** Of lists: what has gone and what has come. */
  removed?: string[];
  added?: string[];
}

const NOTHING: AuditValue = { text: 'audit.detail.nothing' };

const NAMED: Record<string, string> = {
  true: 'audit.detail.yes',
  false: 'audit.detail.no',
  member: 'audit.detail.role.member',
  admin: 'audit.detail.role.admin',
  operator: 'audit.detail.role.operator',
  developer: 'audit.detail.role.developer',
  every: 'audit.detail.policy.every',
  verified: 'audit.detail.policy.verified',
  selected: 'audit.detail.policy.selected',
};

const RESET_STOPS: Record<string, string> = {
  link: 'audit.detail.resetStop.link',
  factor: 'audit.detail.resetStop.factor',
  admin: 'audit.detail.resetStop.admin',
  asker: 'audit.detail.resetStop.asker',
  removed: 'audit.detail.resetStop.removed',
  disavowed: 'audit.detail.resetStop.disavowed',
  disabled: 'audit.detail.resetStop.disabled',
  closed: 'audit.detail.resetStop.closed',
};

/** The fields that people see, of an application and of a person, with their labels. */
const FIELDS: Record<string, string> = {
  name: 'audit.detail.field.name',
  description: 'audit.detail.field.description',
  descriptionEn: 'audit.detail.field.descriptionEn',
  publisher: 'audit.detail.field.publisher',
  publisherVerified: 'audit.detail.field.publisherVerified',
  redirectUris: 'audit.detail.field.redirectUris',
  scopes: 'audit.detail.field.scopes',
  requirePkce: 'audit.detail.field.requirePkce',
  logoUri: 'audit.detail.field.logoUri',
  homepageUri: 'audit.detail.field.homepageUri',
  privacyPolicyUri: 'audit.detail.field.privacyPolicyUri',
  startUri: 'audit.detail.field.startUri',
  contactEmail: 'audit.detail.field.contactEmail',
  listed: 'audit.detail.field.listed',
  accountIds: 'audit.detail.field.accountIds',
  firstName: 'audit.detail.field.firstName',
  lastName: 'audit.detail.field.lastName',
  locale: 'audit.detail.field.locale',
};
/** Why a session ended, where the person did not end it there and then. */
const SESSION_ENDS: Record<string, string> = {
  by_admin: 'audit.detail.sessionEnd.byAdmin',
  signed_in_again: 'audit.detail.sessionEnd.signedInAgain',
  too_many: 'audit.detail.sessionEnd.tooMany',
  disavowed: 'audit.detail.sessionEnd.disavowed',
  password_changed: 'audit.detail.sessionEnd.passwordChanged',
  password_reset: 'audit.detail.sessionEnd.passwordReset',
  email_changed: 'audit.detail.sessionEnd.emailChanged',
  role_changed: 'audit.detail.sessionEnd.roleChanged',
  second_factor_changed: 'audit.detail.sessionEnd.secondFactorChanged',
  user_disabled: 'audit.detail.sessionEnd.userDisabled',
};
/** Too long for a line, or ids that nobody knows: that they changed is said, not how. */
const LABEL_ONLY = new Set(['description', 'descriptionEn', 'logoUri', 'accountIds']);

/** What a record says besides its sentence: what was changed, from what to what. */
export function auditDetails({ action, mail, detail }: AuditRecord): AuditDetail[] {
  switch (action) {
    case 'role_changed':
      return [change('audit.detail.role.label', detail['from'], detail['to'])];
    case 'user_created':
    case 'invitation_accepted':
    case 'invitation_sent':
    case 'invitation_resent':
    case 'invitation_revoked':
      return detail['role']
        ? [{ label: 'audit.detail.role.label', to: value(detail['role']) }]
        : [];
    case 'account_policy_changed':
      return [
        change('audit.detail.policy.label', detail['from'], detail['to']),
        ...endedConnections(detail),
      ];
    case 'application_blocked':
    case 'application_left_to_policy':
      return endedConnections(detail);
    case 'connection_granted':
    case 'connection_renewed':
      return [
        rights(detail['formerScope'], detail['scope']),
        ...(detail['expiresAt']
          ? [{ label: 'audit.detail.ends', to: end(detail['expiresAt']) }]
          : []),
        ...(detail['inAdvance'] ? [{ label: 'audit.detail.inAdvance', to: value(true) }] : []),
      ];
    case 'session_ended': {
      const why = SESSION_ENDS[String(detail['reason'])];
      return why ? [{ label: 'audit.detail.reason', to: { text: why } }] : [];
    }
    case 'mail_sent':
      return topic(mail);
    case 'mail_failed': {
      const late = detail['reason'] === 'too_late';
      const text = late ? 'audit.detail.mail.tooLate' : 'audit.detail.mail.refused';
      return [...topic(mail), { label: 'audit.detail.reason', to: { text } }];
    }
    case 'second_factor_requirement_changed':
      return typeof detail['to'] === 'string'
        ? [{ label: 'audit.detail.resetDue', to: { moment: detail['to'] } }]
        : [];
    case 'connection_narrowed':
      return [rights(detail['from'], detail['to'])];
    case 'connection_limit_changed':
      return [
        {
          label: 'audit.detail.ends',
          from: end(detail['from']),
          to: end(detail['to']),
        },
      ];
    case 'client_secret_created':
    case 'client_secret_removed':
      return typeof detail['lastFour'] === 'string'
        ? [{ label: 'audit.detail.secret', to: { plain: `…${detail['lastFour']}` } }]
        : [];
    case 'second_factor_reset_asked':
      return typeof detail['dueAt'] === 'string'
        ? [{ label: 'audit.detail.resetDue', to: { moment: detail['dueAt'] } }]
        : [];
    case 'second_factor_reset_stopped': {
      const text = RESET_STOPS[String(detail['how'])];
      return text ? [{ label: 'audit.detail.resetStop.label', to: { text } }] : [];
    }
    case 'profile_changed':
      return strings(detail['fields']).flatMap((field) => labelled(field));
    case 'client_changed':
    case 'client_enabled':
    case 'client_disabled':
    case 'client_change_requested':
      return changedFields(detail['changes']);
    default:
      return [];
  }
}

/** Whose connection to what; with the address, because two people may have the same name. */
export function connectionName({ application, user }: AuditRecord['connections'][number]): string {
  return user ? `${application}, ${nameAndAddress(user)}` : application;
}

export function nameAndAddress(user: NonNullable<AuditRecord['person']>): string {
  const name = fullName(user);
  return name ? `${name} (${user.email})` : user.email;
}

/** How many connections, or attempts, a record is about. */
export function countOf({ detail }: AuditRecord): number {
  const { count, connections, connectionIds } = detail;
  const named = Array.isArray(connectionIds) ? connectionIds.length : 1;
  return Number(count ?? connections ?? named);
}

function endedConnections(detail: AuditRecord['detail']): AuditDetail[] {
  const ended = Number(detail['endedConnections'] ?? 0);
  return ended > 0
    ? [{ label: 'audit.detail.endedConnections', to: { plain: String(ended) } }]
    : [];
}

function changedFields(changes: unknown): AuditDetail[] {
  if (!isRecord(changes)) return [];
  return Object.entries(changes).flatMap(([field, made]) => {
    const [known] = labelled(field);
    if (!known || !isRecord(made)) return [];
    if (LABEL_ONLY.has(field)) return [known];
    const { from, to } = made;
    if (!Array.isArray(from) && !Array.isArray(to)) return [change(known.label, from, to)];
    const [before, after] = [strings(from), strings(to)];
    return [
      {
        ...known,
        removed: before.filter((each) => !after.includes(each)),
        added: after.filter((each) => !before.includes(each)),
      },
    ];
  });
}

/** A kind of a newer API than this page is left out. */
function topic(mail: AuditRecord['mail']): AuditDetail[] {
  const text = mail && (MAIL_NAMES as Partial<typeof MAIL_NAMES>)[mail];
  return text ? [{ label: 'audit.detail.mail.label', to: { text } }] : [];
}

function labelled(field: string): AuditDetail[] {
  const label = FIELDS[field];
  return label ? [{ label }] : [];
}

function change(label: string, from: unknown, to: unknown): AuditDetail {
  return { label, from: value(from), to: value(to) };
}

function value(given: unknown): AuditValue {
  if (given === null || given === undefined || given === '') return NOTHING;
  const plain = String(given);
  const text = NAMED[plain];
  return text ? { text } : { plain };
}

/** @param from what was allowed before, where that is known; it is said where it was something else */
function rights(from: unknown, to: unknown): AuditDetail {
  const label = 'audit.detail.rights';
  if (typeof from !== 'string' || from === to) return { label, to: { scope: String(to) } };
  return { label, from: { scope: from }, to: { scope: String(to) } };
}

function end(at: unknown): AuditValue {
  return typeof at === 'string' ? { moment: at } : { text: 'audit.detail.never' };
}

const strings = (given: unknown): string[] => (Array.isArray(given) ? given.map(String) : []);

function isRecord(given: unknown): given is Record<string, unknown> {
  return typeof given === 'object' && given !== null;
}
