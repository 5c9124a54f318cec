import { describe, expect, it } from '@jest/globals';
import { AuditRecord } from '../api/types';
import { auditDetails, connectionOf } from './audit-details';

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

describe('the connection that an audit record leads to', () => {
  const about = (action: AuditRecord['action'], detail: AuditRecord['detail'], id = 'subject') =>
    connectionOf({ action, detail, subject: { id } } as AuditRecord);

  it('is the one that it is about, and none where there are several or none', () => {
    expect(about('connections_revoked', { connectionIds: ['a'] })).toBe('a');
    expect(about('connections_revoked', { connectionIds: ['a', 'b'] })).toBeNull();
    expect(about('connections_revoked', { connections: 3 })).toBeNull();
    expect(about('connection_narrowed', { from: 'readwrite', to: 'read' })).toBe('subject');
    expect(about('role_changed', { from: 'member', to: 'admin' })).toBeNull();
  });
});
