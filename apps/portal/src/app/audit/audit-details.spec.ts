import { describe, expect, it } from '@jest/globals';
import { AuditRecord } from '../api/types';
import { auditDetails, connectionName, nameAndAddress } from './audit-details';

const of = (action: AuditRecord['action'], detail: AuditRecord['detail']) =>
  auditDetails({ action, detail } as AuditRecord);

describe('what an audit record says besides its sentence', () => {
  it('is what a value was and is, in words where it has some', () => {
    expect(of('role_changed', { from: 'member', to: 'admin' })).toEqual([
      {
        label: 'audit.detail.role.label',
        from: { text: 'audit.detail.role.member' },
        to: { text: 'audit.detail.role.admin' },
      },
    ]);
    expect(of('connection_limit_changed', { from: null, to: '2027-01-01T00:00:00Z' })).toEqual([
      {
        label: 'audit.detail.ends',
        from: { text: 'audit.detail.never' },
        to: { moment: '2027-01-01T00:00:00Z' },
      },
    ]);
  });

  it('is as what somebody has joined', () => {
    const label = 'audit.detail.role.label';
    expect(of('invitation_accepted', { role: 'developer' })).toEqual([
      { label, to: { text: 'audit.detail.role.developer' } },
    ]);
  });

  it('is what has come to a list and what has gone', () => {
    const changes = {
      redirectUris: { from: ['https://a.example', 'https://b.example'], to: ['https://b.example'] },
      homepageUri: { from: null, to: 'https://c.example' },
      requirePkce: { from: true, to: false },
    };
    expect(of('client_changed', { changes })).toEqual([
      { label: 'audit.detail.field.redirectUris', removed: ['https://a.example'], added: [] },
      {
        label: 'audit.detail.field.homepageUri',
        from: { text: 'audit.detail.nothing' },
        to: { plain: 'https://c.example' },
      },
      {
        label: 'audit.detail.field.requirePkce',
        from: { text: 'audit.detail.yes' },
        to: { text: 'audit.detail.no' },
      },
    ]);
  });

  it('is the name alone of what is too long, and nothing of what nobody knows', () => {
    const changes = { description: { from: 'a', to: 'b' }, ofANewerApi: { from: 1, to: 2 } };
    expect(of('client_changed', { changes })).toEqual([
      { label: 'audit.detail.field.description' },
    ]);
    expect(of('profile_changed', { fields: ['locale'] })).toEqual([
      { label: 'audit.detail.field.locale' },
    ]);
    expect(of('signed_in', { ip: '192.0.2.1' })).toEqual([]);
    expect(of('client_changed', {})).toEqual([]);
  });
});

describe('an audit record of what a company no longer allows', () => {
  it('says how many connections have ended with it, where there were any', () => {
    const ended = { label: 'audit.detail.endedConnections', to: { plain: '12' } };
    expect(of('application_blocked', { endedConnections: 12 })).toEqual([ended]);
    expect(of('application_left_to_policy', { endedConnections: 12 })).toEqual([ended]);
    expect(of('application_blocked', { endedConnections: 0 })).toEqual([]);
    const policy = { from: 'every', to: 'selected', endedConnections: 12 };
    expect(of('account_policy_changed', policy)).toContainEqual(ended);
  });
});

describe('an audit record of a decided request', () => {
  it('says whose it was, with the address', () => {
    const person = { id: 'a', email: 'anna@a.example', firstName: 'Anna', lastName: 'Müller' };
    expect(nameAndAddress(person)).toBe('Anna Müller (anna@a.example)');
  });
});

describe('what an audit record says of an end or a duty', () => {
  it('is why a session ended, where the person did not end it', () => {
    expect(of('session_ended', { reason: 'too_many' })).toEqual([
      { label: 'audit.detail.reason', to: { text: 'audit.detail.sessionEnd.tooMany' } },
    ]);
    expect(of('session_ended', { reason: 'by_user' })).toEqual([]);
  });

  it('is when a required second factor is needed from', () => {
    const to = '2027-01-01T00:00:00Z';
    expect(of('second_factor_requirement_changed', { from: null, to })).toEqual([
      { label: 'audit.detail.resetDue', to: { moment: to } },
    ]);
    expect(of('second_factor_requirement_changed', { from: to, to: null })).toEqual([]);
  });
});

describe('what an audit record says of a connection', () => {
  it('is what the application may do, and until when', () => {
    const scope = 'read';
    expect(of('connection_granted', { scope, expiresAt: null, inAdvance: false })).toEqual([
      { label: 'audit.detail.rights', to: { scope } },
    ]);
    const expiresAt = '2027-01-01T00:00:00Z';
    expect(of('connection_granted', { scope, expiresAt, inAdvance: true })).toEqual([
      { label: 'audit.detail.rights', to: { scope } },
      { label: 'audit.detail.ends', to: { moment: expiresAt } },
      { label: 'audit.detail.inAdvance', to: { text: 'audit.detail.yes' } },
    ]);
  });

  it('is what it was allowed before, where that was something else', () => {
    const changed = [
      { label: 'audit.detail.rights', from: { scope: 'readwrite' }, to: { scope: 'read' } },
    ];
    expect(of('connection_renewed', { formerScope: 'readwrite', scope: 'read' })).toEqual(changed);
    expect(of('connection_narrowed', { from: 'readwrite', to: 'read' })).toEqual(changed);
    expect(of('connection_renewed', { formerScope: 'read', scope: 'read' })).toEqual([
      { label: 'audit.detail.rights', to: { scope: 'read' } },
    ]);
  });

  it('is whose it is, with the address, and the application alone once nobody is left', () => {
    const user = { id: 'a', email: 'anna@a.example', firstName: 'Anna', lastName: 'Müller' };
    const between = { id: 'c', application: 'Maklerwelt CRM' };
    expect(connectionName({ ...between, user })).toBe(
      'Maklerwelt CRM, Anna Müller (anna@a.example)',
    );
    const nameless = { ...user, firstName: '', lastName: '' };
    expect(connectionName({ ...between, user: nameless })).toBe('Maklerwelt CRM, anna@a.example');
    expect(connectionName({ ...between, user: null })).toBe('Maklerwelt CRM');
  });
});
