import type { MailData, MailKind } from './mail-kinds.js';

const ID = 'e7a1c2b4-0d53-4a7e-8a55-6f1f6a2b9c01';

/** What each kind of mail may be about, for tests and for pictures of them. */
export const MAIL_SAMPLES: { [Kind in MailKind]: MailData[Kind][] } = {
  'password-forgotten': [{ token: 't'.repeat(43) }],
  'password-changed': [
    { at: '2026-11-25T20:04:00Z', by: 'user', connectionsEnded: false },
    { at: '2026-11-25T20:04:00Z', by: 'operator', connectionsEnded: true },
  ],
  'email-change': [{ token: 't'.repeat(43), name: 'Uwe User' }],
  'email-change-known': [{}],
  'email-change-requested': [{ email: 'neu@musterhaus.example' }],
  'email-changed': [{ email: 'neu@musterhaus.example', at: '2026-11-25T20:04:00Z' }],
  'company-closed': [
    {
      company: 'Musterhaus Versicherungsmakler GmbH',
      ...{ at: '2026-11-25T20:04:00Z', keptUntil: '2027-02-23T20:04:00Z' },
    },
  ],
  'company-reopened': [
    { company: 'Musterhaus Versicherungsmakler GmbH', at: '2026-11-25T20:04:00Z' },
  ],
  'connection-made': [
    { connectionId: ID, application: 'Maklerwelt CRM', at: '2026-11-25T20:04:00Z' },
  ],
  'connection-widened': [
    { connectionId: ID, application: 'Maklerwelt CRM', at: '2026-11-25T20:04:00Z' },
  ],
  'connection-ended': [
    { application: 'Maklerwelt CRM', by: 'Admin Musterhaus', at: '2026-11-25T20:04:00Z' },
    { application: null, by: 'Admin Musterhaus', at: '2026-11-25T20:04:00Z' },
    {
      application: null,
      several: { names: ['Belegscanner', 'Maklerwelt CRM', 'Terminbrücke'], more: 40 },
      ...{ by: 'Admin Musterhaus', at: '2026-11-25T20:04:00Z' },
    },
    {
      application: 'Maklerwelt CRM',
      ...{ by: 'Admin Musterhaus', at: '2026-11-25T20:04:00Z', notAllowed: true },
    },
    {
      application: null,
      several: { names: ['Belegscanner', 'Terminbrücke'], more: 0 },
      ...{ by: 'Admin Musterhaus', at: '2026-11-25T20:04:00Z', notAllowed: true },
    },
  ],
  'connection-reuse': [
    { connectionId: ID, application: 'Maklerwelt CRM', at: '2026-11-25T20:04:00Z' },
  ],
  'factor-reset-announced': [
    { token: 't'.repeat(43), at: '2026-11-26T20:04:00Z', by: 'Admin Musterhaus' },
    { token: 't'.repeat(43), at: '2026-11-26T20:04:00Z', by: null },
  ],
  'factor-reset-stopped': [
    { how: 'link', person: 'User Musterhaus' },
    { how: 'factor', person: 'User Musterhaus' },
    { how: 'factor', person: null },
    { how: 'admin', person: null },
    { how: 'asker', person: null },
    { how: 'removed', person: 'User Musterhaus' },
    { how: 'disavowed', person: 'User Musterhaus' },
  ],
  'sign-in-attempts': [{ attempts: 10, last: '2026-11-25T20:04:00Z' }],
  'new-device': [
    {
      ...{ token: 't'.repeat(43), at: '2026-11-25T20:04:00Z', ip: '192.0.2.17' },
      ...{ browser: 'Firefox', system: 'Linux' },
    },
    {
      ...{ token: 't'.repeat(43), at: '2026-11-25T20:04:00Z', ip: '2001:db8::17' },
      ...{ browser: null, system: null },
    },
  ],
  invitation: [
    {
      token: 't'.repeat(43),
      company: 'Musterhaus Versicherungsmakler GmbH',
      inviter: 'Admin Musterhaus',
    },
  ],
  'developer-invitation': [
    {
      token: 't'.repeat(43),
      application: 'Maklerwelt CRM',
      publisher: 'Maklerwelt Software GmbH',
      inviter: 'Operator Flixcheck',
    },
  ],
  'invitation-known': [
    { company: 'Musterhaus Versicherungsmakler GmbH', inviter: 'Admin Musterhaus' },
  ],
  'second-factor': [
    { event: 'enabled', at: '2026-11-25T20:04:00Z' },
    { event: 'disabled', at: '2026-11-25T20:04:00Z' },
    { event: 'reset', at: '2026-11-25T20:04:00Z' },
    { event: 'recovery_code_used', at: '2026-11-25T20:04:00Z', left: 9 },
    { event: 'recovery_code_used', at: '2026-11-25T20:04:00Z', left: 0 },
    { event: 'wrong_code', at: '2026-11-25T20:04:00Z' },
  ],
  passkey: [
    { event: 'added', name: 'Diensthandy', at: '2026-11-25T20:04:00Z' },
    { event: 'removed', name: 'Diensthandy', at: '2026-11-25T20:04:00Z' },
    { event: 'all_removed', name: '', at: '2026-11-25T20:04:00Z' },
  ],
  'role-changed': [
    { at: '2026-11-25T20:04:00Z', role: 'admin' },
    { at: '2026-11-25T20:04:00Z', role: 'member' },
  ],
  'signed-out': [
    { at: '2026-11-25T20:04:00Z', by: 'Admin Musterhaus' },
    { at: '2026-11-25T20:04:00Z', by: null },
  ],
  'connection-ends': [
    {
      connectionId: 'e7a1c2b4-0d53-4a7e-8a55-6f1f6a2b9c01',
      application: 'Maklerwelt CRM',
      at: '2026-12-25T08:15:30Z',
    },
  ],
  'approval-requested': [
    { person: 'User Musterhaus', application: 'Maklerwelt CRM', note: 'Für die Schadenmeldung' },
    { person: 'User Musterhaus', application: 'Maklerwelt CRM', note: '' },
  ],
  'client-change-requested': [
    { person: 'User Musterhaus', application: 'Maklerwelt CRM', note: 'Neuer Server ab Januar' },
    { person: 'User Musterhaus', application: 'Maklerwelt CRM', note: '' },
  ],
  'client-change-decided': [
    {
      oauthClientId: '0b8f6f8e-4a6b-4c55-9d0c-7d8b1c0c3a11',
      application: 'Maklerwelt CRM',
      status: 'accepted',
      answer: '',
    },
    {
      oauthClientId: '0b8f6f8e-4a6b-4c55-9d0c-7d8b1c0c3a11',
      application: 'Maklerwelt CRM',
      status: 'declined',
      answer: 'Die neue Adresse gehört nicht zum Anbieter.',
    },
  ],
  'approval-decided': [
    { application: 'Maklerwelt CRM', status: 'approved', answer: '', blocked: false },
    {
      application: 'Maklerwelt CRM',
      status: 'declined',
      answer: 'Erst ab Januar.',
      blocked: false,
    },
    { application: 'Maklerwelt CRM', status: 'declined', answer: '', blocked: true },
  ],
};
