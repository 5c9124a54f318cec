import { AuditRecord } from '../api/types';
import { countOf } from './audit-details';

/** What happened in an audit record, in the words of the texts. */
export interface AuditWords {
  text: string;
  tone: 'neutral' | 'caution';
  /** The sentence names who did it; otherwise that stands below. */
  namesActor: boolean;
}

const said = (text: string, more: Partial<AuditWords> = {}): AuditWords => ({
  text,
  tone: 'neutral',
  namesActor: false,
  ...more,
});
const byActor = { namesActor: true };
const caution = { tone: 'caution' } as const;

type Action = AuditRecord['action'];

/** The API says which there are: one without words does not compile. */
export const WORDS: Record<Action, AuditWords> = {
  signed_in: said('audit.action.signedIn', byActor),
  signed_out: said('audit.action.signedOut', byActor),
  session_ended: said('audit.action.sessionEnded'),
  sign_in_failed: said('audit.action.signInFailed', caution),
  sign_in_limited: said('audit.action.signInLimited', caution),
  sign_in_disavowed: said('audit.action.signInDisavowed', { ...byActor, ...caution }),
  email_change_requested: said('audit.action.emailChangeRequested', byActor),
  email_change_failed: said('audit.action.emailChangeFailed', caution),
  email_changed: said('audit.action.emailChanged', byActor),
  password_change_failed: said('audit.action.passwordChangeFailed', caution),
  password_changed: said('audit.action.passwordChanged', byActor),
  password_reset: said('audit.action.passwordReset'),
  password_reset_requested: said('audit.action.passwordResetRequested'),
  profile_changed: said('audit.action.profileChanged'),
  notices_changed: said('audit.action.noticesChanged', byActor),
  person_erased: said('audit.action.personErased', caution),
  personal_data_exported: said('audit.action.personalDataExported'),
  second_factor_enabled: said('audit.action.secondFactorEnabled', byActor),
  second_factor_disabled: said('audit.action.secondFactorDisabled', byActor),
  second_factor_reset: said('audit.action.secondFactorReset', caution),
  second_factor_reset_asked: said('audit.action.secondFactorResetAsked', caution),
  second_factor_reset_stopped: said('audit.action.secondFactorResetStopped', caution),
  sign_in_attempts_told: said('audit.action.signInAttemptsTold', caution),
  second_factor_failed: said('audit.action.secondFactorFailed', caution),
  second_factor_change_failed: said('audit.action.secondFactorChangeFailed', caution),
  passkey_change_failed: said('audit.action.passkeyChangeFailed', caution),
  identity_proof_failed: said('audit.action.identityProofFailed', caution),
  passkey_added: said('audit.action.passkeyAdded', byActor),
  passkey_removed: said('audit.action.passkeyRemoved', byActor),
  recovery_codes_renewed: said('audit.action.recoveryCodesRenewed', byActor),
  user_created: said('audit.action.userCreated'),
  role_changed: said('audit.action.roleChanged'),
  user_disabled: said('audit.action.userDisabled', caution),
  user_enabled: said('audit.action.userEnabled'),
  user_signed_out: said('audit.action.userSignedOut'),
  invitation_sent: said('audit.action.invitationSent', byActor),
  invitation_resent: said('audit.action.invitationResent', byActor),
  invitation_revoked: said('audit.action.invitationRevoked', byActor),
  invitation_accepted: said('audit.action.invitationAccepted', byActor),
  account_created: said('audit.action.accountCreated'),
  account_closed: said('audit.action.accountClosed', caution),
  account_reopened: said('audit.action.accountReopened'),
  connection_granted: said('audit.action.connectionGranted', byActor),
  connection_renewed: said('audit.action.connectionRenewed', byActor),
  connection_limit_changed: said('audit.action.connectionLimitChanged'),
  connection_narrowed: said('audit.action.connectionNarrowed'),
  connections_revoked: said('audit.action.connectionsRevoked'),
  second_factor_requirement_changed: said('audit.action.factorRequired', byActor),
  account_policy_changed: said('audit.action.accountPolicyChanged'),
  advance_grant_withdrawn: said('audit.action.advanceWithdrawn'),
  application_granted_in_advance: said('audit.action.advanceGranted'),
  application_allowed: said('audit.action.applicationAllowed'),
  application_blocked: said('audit.action.applicationBlocked', caution),
  application_left_to_policy: said('audit.action.applicationLeft'),
  approval_requested: said('audit.action.approvalRequested', byActor),
  approval_request_approved: said('audit.action.approvalApproved'),
  approval_request_declined: said('audit.action.approvalDeclined'),
  approval_request_withdrawn: said('audit.action.approvalWithdrawn', byActor),
  client_created: said('audit.action.clientCreated'),
  client_changed: said('audit.action.clientChanged'),
  client_change_requested: said('audit.action.changeRequested', byActor),
  client_change_withdrawn: said('audit.action.changeWithdrawn', byActor),
  client_change_accepted: said('audit.action.changeAccepted'),
  client_change_declined: said('audit.action.changeDeclined'),
  client_enabled: said('audit.action.clientEnabled'),
  client_disabled: said('audit.action.clientDisabled', caution),
  client_deleted: said('audit.action.clientDeleted', caution),
  client_developer_added: said('audit.action.developerAdded'),
  client_developer_invited: said('audit.action.developerInvited', byActor),
  client_developer_invitation_resent: said('audit.action.developerInvitedAgain', byActor),
  client_developer_invitation_revoked: said('audit.action.developerInvitationRevoked', byActor),
  client_developer_removed: said('audit.action.developerRemoved'),
  client_secret_created: said('audit.action.secretCreated'),
  client_secret_removed: said('audit.action.secretRemoved'),
  signing_key_created: said('audit.action.keyCreated'),
  signing_key_revoked: said('audit.action.keyRevoked', caution),
  mail_sent: said('audit.action.mailSent', byActor),
  mail_failed: said('audit.action.mailFailed', { ...byActor, ...caution }),
  failed_attempts_deleted: said('audit.action.failedAttemptsDeleted'),
};
/** An address that belongs to nobody. */
const UNKNOWN: Partial<Record<Action, AuditWords>> = {
  sign_in_failed: said('audit.action.signInFailedUnknown', caution),
  sign_in_limited: said('audit.action.signInLimitedUnknown', caution),
  mail_sent: said('audit.action.mailSentNobody', byActor),
  mail_failed: said('audit.action.mailFailedNobody', { ...byActor, ...caution }),
};
const OF_MAILS: ReadonlySet<Action> = new Set<Action>(['mail_failed', 'mail_sent']);
/** It was the network that had too many failures, not the account. */
const NETWORK_LIMITED = said('audit.action.signInLimitedNetwork', caution);
const NETWORK_LIMITED_FURTHER = said('audit.action.signInLimitedNetworkFurther', caution);
/** For some people instead of everybody. */
const FOR_SOME = said('audit.action.advanceGrantedSome');
/** Of a newer API than this page. */
const OTHER = said('audit.action.other');
const NO_FACTOR_REQUIRED = said('audit.action.factorNotRequired', byActor);
/** Nobody did it there and then: the reason stands below instead. */
const SESSION_GONE = said('audit.action.sessionEnded', byActor);
const ONE_REVOKED = said('audit.action.connectionRevoked');
const ALL_REVOKED = said('audit.action.allConnectionsRevoked');

export function auditWords(record: AuditRecord): AuditWords {
  const { action, actor, subject, detail } = record;
  if (action === 'second_factor_requirement_changed' && detail['to'] === null) {
    return NO_FACTOR_REQUIRED;
  }
  if (action === 'session_ended' && detail['reason'] !== 'by_user') {
    if (actor?.id === subject?.id) return SESSION_GONE;
  }
  if (action === 'connections_revoked') {
    if (subject && subject.type !== 'other') return ALL_REVOKED;
    if (countOf(record) === 1) return ONE_REVOKED;
  }
  if (action === 'sign_in_limited' && detail['limit'] === 'network') {
    return subject === null ? NETWORK_LIMITED_FURTHER : NETWORK_LIMITED;
  }
  if (action === 'application_granted_in_advance' && detail?.['userIds']) return FOR_SOME;
  const named = subject !== null && (subject.name !== null || !OF_MAILS.has(action));
  const unknown = named ? undefined : UNKNOWN[action];
  return unknown ?? (WORDS as Partial<typeof WORDS>)[action] ?? OTHER;
}

/** The kinds of records that the page can be narrowed to, and the actions of each. */
export const AUDIT_KINDS: Record<string, { text: string; actions: Action[] }> = {
  'sign-ins': {
    text: 'audit.kind.signIns',
    actions: [
      'signed_in',
      'signed_out',
      'session_ended',
      'user_signed_out',
      'sign_in_failed',
      'sign_in_limited',
      'sign_in_disavowed',
    ],
  },
  failures: {
    text: 'audit.kind.failures',
    actions: [
      'sign_in_failed',
      'sign_in_limited',
      'sign_in_attempts_told',
      'second_factor_failed',
      'second_factor_change_failed',
      'passkey_change_failed',
      'identity_proof_failed',
      'password_change_failed',
      'email_change_failed',
    ],
  },
  people: {
    text: 'audit.kind.people',
    actions: [
      'invitation_sent',
      'invitation_resent',
      'invitation_revoked',
      'invitation_accepted',
      'user_created',
      'role_changed',
      'user_disabled',
      'user_enabled',
      'profile_changed',
      'notices_changed',
      'email_change_requested',
      'email_changed',
      'person_erased',
      'personal_data_exported',
    ],
  },
  passwords: {
    text: 'audit.kind.passwords',
    actions: [
      'password_changed',
      'password_reset',
      'password_reset_requested',
      'second_factor_enabled',
      'second_factor_disabled',
      'second_factor_reset',
      'second_factor_reset_asked',
      'second_factor_reset_stopped',
      'recovery_codes_renewed',
      'second_factor_requirement_changed',
      'passkey_added',
      'passkey_removed',
    ],
  },
  connections: {
    text: 'audit.kind.connections',
    actions: [
      'connection_granted',
      'connection_renewed',
      'connection_narrowed',
      'connection_limit_changed',
      'connections_revoked',
    ],
  },
  applications: {
    text: 'audit.kind.applications',
    actions: [
      'account_policy_changed',
      'advance_grant_withdrawn',
      'application_granted_in_advance',
      'application_allowed',
      'application_blocked',
      'application_left_to_policy',
      'approval_requested',
      'approval_request_approved',
      'approval_request_declined',
      'approval_request_withdrawn',
    ],
  },
  mails: { text: 'audit.kind.mails', actions: ['mail_failed', 'mail_sent'] },
};

/** The choice of records of every kind. */
export const EVERYTHING = 'all';
/** Each goes with something that has a record of its own: unless asked for, they would drown it. */
export const LEFT_OUT: Action[] = ['mail_sent'];
