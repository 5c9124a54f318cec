import { describe, expect, it } from '@jest/globals';
import { MAX_AUDIT_ACTIONS } from '@flixcheck/api-types/limits';
import { AuditRecord } from '../api/types';
import { countOf } from './audit-details';
import { AUDIT_KINDS, auditWords, WORDS } from './audit-words';

/** What is done for Flixcheck: whoever looks for it looks for a company, or for an application. */
const OPERATORS = /^(account_(created|closed|reopened)|client_\w+|signing_key_\w+|failed_\w+)$/;

describe('the kinds of audit records', () => {
  it('hold each action of a company and its people', () => {
    const found = new Set<string>(Object.values(AUDIT_KINDS).flatMap(({ actions }) => actions));
    const missing = Object.keys(WORDS).filter((action) => !found.has(action));
    expect(missing.filter((action) => !OPERATORS.test(action))).toEqual([]);
  });

  it('are no longer than what the API looks for at once', () => {
    const longest = Math.max(...Object.values(AUDIT_KINDS).map(({ actions }) => actions.length));
    expect(longest).toBeLessThanOrEqual(MAX_AUDIT_ACTIONS);
  });

  it('say of the duty to have a second factor that it concerns sign-in, not applications', () => {
    expect(AUDIT_KINDS['passwords']?.actions).toContain('second_factor_requirement_changed');
    expect(AUDIT_KINDS['applications']?.actions).not.toContain('second_factor_requirement_changed');
  });
});

describe('the sentence about ended connections', () => {
  const ended = (record: Partial<AuditRecord>) =>
    auditWords({ action: 'connections_revoked', subject: null, ...record } as AuditRecord).text;
  const maklerwelt = { type: 'client', id: 'm', name: 'Maklerwelt CRM', email: null } as const;

  it('says whether it was one, several, or all of somebody', () => {
    const one = { detail: { connectionIds: ['a'] } };
    const several = { detail: { connectionIds: ['a', 'b'] } };
    expect(ended(one)).toBe('audit.action.connectionRevoked');
    expect(ended(several)).toBe('audit.action.connectionsRevoked');
    // Only some of very many are named.
    expect(countOf({ detail: { connections: 800, connectionIds: ['a'] } } as never)).toBe(800);
    expect(ended({ subject: maklerwelt, detail: { connections: 1 } })).toBe(
      'audit.action.allConnectionsRevoked',
    );
    const connection = { type: 'other', id: 'a', name: null, email: null } as const;
    expect(ended({ subject: connection, ...one })).toBe('audit.action.connectionRevoked');
  });
});

describe('the sentence about a duty or an end', () => {
  const said = (action: AuditRecord['action'], detail: AuditRecord['detail']) =>
    auditWords({ action, subject: null, detail } as AuditRecord);

  it('says whether a second factor is required from now on, or no more', () => {
    const action = 'second_factor_requirement_changed';
    const at = '2027-01-01T00:00:00Z';
    expect(said(action, { from: null, to: at }).text).toBe('audit.action.factorRequired');
    expect(said(action, { from: at, to: null }).text).toBe('audit.action.factorNotRequired');
  });

  it('names who ended a session only where somebody did', () => {
    const anna = { id: 'a', email: 'anna@a.example', firstName: 'Anna', lastName: 'Müller' };
    const subject = { type: 'user', id: 'a', name: 'Anna Müller', email: anna.email } as const;
    const action = 'session_ended';
    const of = (reason: string, actor = anna) =>
      auditWords({ action, actor, subject, detail: { reason } } as unknown as AuditRecord);
    expect(of('by_user').namesActor).toBe(false);
    expect(of('too_many').namesActor).toBe(true);
    expect(of('user_disabled', { ...anna, id: 'admin' }).namesActor).toBe(false);
  });
});

describe('the sentence about refused attempts', () => {
  const subject = { type: 'user', id: 'a', name: 'Anna Müller', email: 'anna@a.example' } as const;
  const said = (detail: AuditRecord['detail'], of: AuditRecord['subject'] = subject) =>
    auditWords({ action: 'sign_in_limited', subject: of, detail } as AuditRecord).text;

  it('says whether it was the account or the network that had too many', () => {
    expect(said({ limit: 'account' })).toBe('audit.action.signInLimited');
    expect(said({ limit: 'account' }, null)).toBe('audit.action.signInLimitedUnknown');
    expect(said({ limit: 'network' })).toBe('audit.action.signInLimitedNetwork');
    expect(said({ limit: 'network' }, null)).toBe('audit.action.signInLimitedNetworkFurther');
  });
});
