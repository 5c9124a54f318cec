import {
  bearer,
  decode,
  NEW_CLIENT,
  PASSWORD,
  register,
  type World,
} from '@flixcheck/test-harness';

/** The id of nothing. */
const NOBODY = '00000000-0000-4000-8000-000000000000';

/** A body that would be taken, and who may send it. */
export interface Writer {
  method: string;
  path: string;
  who: () => { cookie?: string; authorization?: string };
  valid: Record<string, unknown>;
  /** A field that may be null, though it is not in `valid`. */
  nullable?: string;
}

/** Every route that takes a body; none of them has been sent anything yet. */
export async function writersOf(world: World): Promise<Writer[]> {
  const { client } = await register(world.operator);
  const tokens = await world.crm.connect(world.member);
  const { id } = (await world.crm.me(tokens.access_token)).body.resource;
  const admin = () => ({ cookie: world.admin.cookie });
  const member = () => ({ cookie: world.member.cookie });
  const operator = () => ({ cookie: world.operator.cookie });
  const check = {
    recipient: { name: 'Erika', email: 'erika@kundin.example' },
    title: 'Hausrat',
  };
  await world.operator.send(`/admin/v7/oauth-clients/${client.id}/developers`, {
    method: 'POST',
    json: { resource: { email: 'user@musterhaus.example' } },
  });
  const connection = String(decode(tokens.access_token).payload['connection_id']);
  return [
    {
      method: 'PATCH',
      path: `/user/v7/connections/${connection}`,
      who: member,
      valid: { scope: 'read' },
    },
    {
      method: 'POST',
      path: '/guest/v7/sessions',
      who: () => ({}),
      valid: { email: 'user@musterhaus.example', password: PASSWORD },
    },
    {
      method: 'POST',
      path: '/guest/v7/password-recoveries',
      who: () => ({}),
      valid: { email: 'user@musterhaus.example' },
    },
    {
      method: 'POST',
      path: '/guest/v7/password-recoveries/lookups',
      who: () => ({}),
      valid: { token: 'made-up' },
    },
    {
      method: 'POST',
      path: '/guest/v7/password-recoveries/completions',
      who: () => ({}),
      valid: { token: 'made-up', newPassword: 'drei-blaue-elefanten' },
    },
    {
      method: 'POST',
      path: '/guest/v7/sessions/disavowals',
      who: () => ({}),
      valid: { token: 'made-up' },
    },
    {
      method: 'POST',
      path: '/guest/v7/invitations/lookups',
      who: () => ({}),
      valid: { token: 'made-up' },
    },
    {
      method: 'POST',
      path: '/guest/v7/invitations/acceptances',
      who: () => ({}),
      valid: {
        token: 'made-up',
        firstName: 'Nora',
        lastName: 'Neu',
        password: 'drei-blaue-elefanten',
      },
    },
    {
      method: 'POST',
      path: '/guest/v7/invitations/passkey-challenges',
      who: () => ({}),
      valid: { token: 'made-up', firstName: 'Nora', lastName: 'Neu' },
    },
    {
      method: 'POST',
      path: '/user/v7/invitations',
      who: admin,
      valid: {
        invitations: [
          { email: 'nora@neu.example', firstName: '', lastName: '', role: 'member', locale: 'de' },
        ],
      },
    },
    {
      method: 'POST',
      path: `/admin/v7/oauth-clients/${client.id}/developer-invitations`,
      who: operator,
      valid: { email: 'dora@entwicklung.example', locale: 'de' },
    },
    {
      method: 'POST',
      path: '/user/v7/invitations/links',
      who: admin,
      valid: { invitationId: NOBODY },
    },
    {
      method: 'POST',
      path: '/admin/v7/accounts',
      who: operator,
      valid: { name: 'Neukunde GmbH', admin: { email: 'chefin@neukunde.example', locale: 'de' } },
    },
    {
      method: 'PATCH',
      path: `/admin/v7/accounts/${NOBODY}`,
      who: operator,
      valid: { status: 'closed' },
    },
    {
      method: 'POST',
      path: `/admin/v7/accounts/${NOBODY}/invitations`,
      who: operator,
      valid: { email: 'chefin@neukunde.example', locale: 'de' },
    },
    {
      method: 'POST',
      path: `/admin/v7/accounts/${NOBODY}/invitations/links`,
      who: operator,
      valid: { invitationId: NOBODY },
    },
    {
      method: 'POST',
      path: '/guest/v7/factor-resets/stops',
      who: () => ({}),
      valid: { token: 'made-up' },
    },
    {
      method: 'PATCH',
      path: '/user/v7/users/me',
      who: member,
      valid: { firstName: 'U', locale: 'de' },
    },
    {
      method: 'PATCH',
      path: '/user/v7/users/me/notices',
      who: member,
      valid: { muted: [] },
    },
    {
      method: 'POST',
      path: '/user/v7/users/me/password',
      who: member,
      valid: {
        currentPassword: PASSWORD,
        newPassword: 'drei-blaue-elefanten',
        revokeConnections: true,
      },
    },
    {
      method: 'POST',
      path: '/user/v7/users/me/email-changes',
      who: member,
      valid: { newEmail: 'uwe@musterhaus.example', currentPassword: PASSWORD },
    },
    {
      method: 'POST',
      path: '/user/v7/users/me/email-changes/lookups',
      who: member,
      valid: { token: 'made-up' },
    },
    {
      method: 'POST',
      path: '/user/v7/users/me/email-changes/completions',
      who: member,
      valid: { token: 'made-up' },
    },
    {
      method: 'POST',
      path: '/user/v7/users/me/password-strength',
      who: member,
      valid: { password: 'drei-blaue-elefanten' },
    },
    {
      method: 'POST',
      path: '/user/v7/users/me/second-factor',
      who: member,
      valid: { currentPassword: PASSWORD },
    },
    {
      method: 'POST',
      path: '/user/v7/users/me/second-factor/confirmations',
      who: member,
      valid: { code: '492039' },
    },
    ...['recovery-codes', 'removals'].map((what) => ({
      method: 'POST',
      path: `/user/v7/users/me/second-factor/${what}`,
      who: member,
      valid: { currentPassword: PASSWORD, code: '492039' },
    })),
    {
      method: 'PATCH',
      path: '/user/v7/second-factor-requirement',
      who: admin,
      valid: { graceDays: 7 },
      nullable: 'graceDays',
    },
    {
      method: 'POST',
      path: '/user/v7/sessions/current/proofs',
      who: member,
      valid: { currentPassword: PASSWORD, code: '492039' },
    },
    {
      method: 'POST',
      path: '/user/v7/users/me/passkeys/challenges',
      who: member,
      valid: { currentPassword: PASSWORD, code: '492039' },
    },
    {
      method: 'POST',
      path: '/user/v7/users/me/passkeys',
      who: member,
      valid: { name: 'Diensthandy', credential: { id: 'q', type: 'public-key', response: {} } },
    },
    {
      method: 'POST',
      path: '/guest/v7/sessions/passkeys',
      who: () => ({}),
      valid: { credential: { id: 'q', type: 'public-key', response: {} } },
    },
    {
      method: 'PATCH',
      path: `/user/v7/users/${id}`,
      who: admin,
      valid: { status: 'disabled' },
    },
    {
      method: 'PATCH',
      path: `/user/v7/users/${id}`,
      who: admin,
      valid: { role: 'admin' },
    },
    {
      method: 'PATCH',
      path: '/user/v7/account-policy',
      who: admin,
      valid: { allows: 'verified', endConnections: true },
    },
    {
      method: 'PATCH',
      path: `/user/v7/account-policy/oauth-clients/${client.id}`,
      who: admin,
      valid: { decision: 'blocked', endConnections: true },
    },
    {
      method: 'POST',
      path: '/user/v7/approval-requests',
      who: member,
      valid: { query: 'clientId=maklerwelt-crm', note: 'Bitte' },
    },
    {
      method: 'PATCH',
      path: `/user/v7/approval-requests/${id}`,
      who: admin,
      valid: { status: 'approved', answer: 'Gern' },
    },
    {
      method: 'POST',
      path: '/user/v7/oauth-codes',
      who: member,
      valid: {
        clientId: 'maklerwelt-crm',
        scope: 'read',
        state: 's',
        redirectUri: 'http://localhost:4000/callback',
      },
    },
    { method: 'POST', path: '/user/v7/checks', who: member, valid: check },
    {
      method: 'POST',
      path: '/user/v7/checks',
      who: () => bearer(tokens.access_token),
      valid: check,
    },
    {
      method: 'POST',
      path: '/admin/v7/oauth-clients',
      who: operator,
      valid: { ...NEW_CLIENT, clientId: 'fuzzed' },
    },
    {
      method: 'PATCH',
      path: `/admin/v7/oauth-clients/${client.id}`,
      who: operator,
      valid: {
        name: 'Anders',
        redirectUris: ['https://a.example/'],
        scopes: ['read'],
        status: 'disabled',
        requirePkce: true,
        contactEmail: 'a@a.example',
      },
    },
    ...[
      { path: `/admin/v7/oauth-clients/${client.id}/secrets`, who: operator },
      { path: `/user/v7/developer/oauth-clients/${client.id}/secrets`, who: member },
    ].map((where) => ({
      ...where,
      method: 'POST',
      valid: { name: 'Neu', expireOthersAfterSeconds: 60 },
    })),
    {
      method: 'POST',
      path: `/admin/v7/oauth-clients/${client.id}/developers`,
      who: operator,
      valid: { email: 'admin@musterhaus.example' },
    },
    ...[
      { path: `/admin/v7/oauth-clients/${client.id}/logo`, who: operator },
      { path: `/user/v7/developer/oauth-clients/${client.id}/logo`, who: member },
    ].map((where) => ({ ...where, method: 'PUT', valid: {} })),
    {
      method: 'PATCH',
      path: `/user/v7/developer/oauth-clients/${client.id}`,
      who: member,
      valid: { description: 'Anders', contactEmail: 'a@a.example' },
    },
    {
      method: 'POST',
      path: `/user/v7/developer/oauth-clients/${client.id}/change-requests`,
      who: member,
      valid: { redirectUris: ['https://neu.example/'], scopes: ['read'], note: 'Umzug' },
    },
    {
      method: 'PATCH',
      path: `/admin/v7/change-requests/${id}`,
      who: operator,
      valid: { status: 'declined', answer: 'Nein' },
    },
  ];
}
