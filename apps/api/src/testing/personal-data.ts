import { hashSecret, randomSecret } from '@flixcheck/oauth-protocol';
import { randomUUID } from 'node:crypto';
import { Application } from './application.js';
import { person, type Person } from './person.js';
import type { TestContext } from './test-context.js';

/** Values that stand nowhere else, by the table that they are in. */
export const MARKS = {
  sessions: '203.0.113.77',
  sign_in_notices: '203.0.113.78',
  passkeys: 'Erikas Telefon',
  invitations: 'neu@musterhaus.example',
  client_developer_invitations: 'dora@maklerwelt.example',
  client_change_requests: 'Bitte die Adresse unseres Testsystems aufnehmen',
  approval_requests: 'Ich brauche es für die Bestandspflege',
  checks: 'Schadenmeldung 4711',
  audit_records: '203.0.113.79',
};

/** Somebody of the demo data of whom every table that holds something about people has a row. */
export async function everythingAbout(test: TestContext, email: string): Promise<Person> {
  const { dataSource, clock } = test;
  const who = await person(test, email);
  const [{ id: other }] = await dataSource.query(
    `SELECT id FROM users WHERE account_id = $1 AND id <> $2 LIMIT 1`,
    [who.accountId, who.id],
  );
  const crm = new Application(test);
  const { refresh_token } = await crm.connect(who);
  await crm.refresh(refresh_token);
  const now = clock.now();
  const later = new Date(now.getTime() + 60_000);
  const [{ id: client }] = await dataSource.query(
    `SELECT id FROM oauth_clients WHERE client_id = 'belegscanner'`,
  );
  const secret = () => hashSecret(randomSecret());
  const insert = (table: string, row: Record<string, unknown>) => {
    const names = Object.keys(row);
    const places = names.map((_, index) => `$${index + 1}`);
    return dataSource.query(
      `INSERT INTO ${table} (${names.join(', ')}) VALUES (${places.join(', ')})
       ON CONFLICT DO NOTHING`,
      Object.values(row),
    );
  };
  const { id: user_id, accountId: account_id } = who;
  const times = { created_at: now, expires_at: later };
  await insert('sessions', {
    ...{ id: randomUUID(), secret_hash: secret(), user_id, ...times, last_seen_at: now },
    ...{ ip: MARKS.sessions, user_agent: 'Firefox', idle_seconds: 60 },
  });
  await insert('sign_in_notices', {
    ...{ token_hash: secret(), user_id, network: MARKS.sign_in_notices, user_agent: 'Firefox' },
    ...times,
  });
  await insert('passkeys', {
    ...{ id: randomUUID(), user_id, credential_id: randomSecret(), public_key: secret() },
    ...{ transports: ['internal'], counter: 0, name: MARKS.passkeys, synced: true },
    created_at: now,
  });
  await insert('second_factors', {
    ...{ user_id, sealed_secret: secret(), created_at: now, confirmed_at: now, last_step: 0 },
  });
  await insert('factor_resets', {
    ...{ user_id, asked_by: user_id, asked_at: now, due_at: later, token_hash: secret() },
  });
  await insert('recovery_codes', { user_id, code_hash: secret() });
  await insert('password_recoveries', { token_hash: secret(), user_id, ...times });
  await insert('email_changes', {
    ...{ user_id, email: 'neu@musterhaus.example', token_hash: secret(), ...times },
  });
  await insert('invitations', {
    ...{ id: randomUUID(), account_id, email: MARKS.invitations, first_name: '', last_name: '' },
    ...{ role: 'member', locale: 'de', token_hash: secret(), invited_by: user_id, sent_at: now },
    ...times,
  });
  await insert('mails', {
    ...{ id: randomUUID(), kind: 'password-changed', user_id, status: 'waiting' },
    ...{ sealed: secret(), created_at: now, send_by: later, tries: 0 },
  });
  await insert('client_developers', { oauth_client_id: client, user_id, added_at: now });
  await insert('client_developer_invitations', {
    ...{ id: randomUUID(), oauth_client_id: client, email: MARKS.client_developer_invitations },
    ...{ locale: 'de', token_hash: secret(), invited_by: user_id, sent_at: now, ...times },
  });
  await insert('client_change_requests', {
    ...{ id: randomUUID(), oauth_client_id: client, requested_by: user_id, requested_at: now },
    ...{ note: MARKS.client_change_requests, changes: '{}', status: 'open', answer: '' },
  });
  await insert('account_policies', {
    ...{ account_id, allows: 'every', updated_at: now, updated_by: user_id },
  });
  await insert('account_policy_decisions', {
    ...{ account_id, oauth_client_id: client, decision: 'allowed', decided_at: now },
    decided_by: user_id,
  });
  await insert('account_policy_advance_users', {
    ...{ account_id, oauth_client_id: client, user_id, scope: 'read', granted_at: now },
    granted_by: other,
  });
  await insert('approval_requests', {
    ...{ id: randomUUID(), account_id, user_id, oauth_client_id: client, status: 'open' },
    ...{ note: MARKS.approval_requests, requested_at: now, answer: '' },
  });
  await insert('checks', {
    ...{ id: randomUUID(), account_id, created_by: user_id, recipient_name: 'Kundin Beispiel' },
    ...{ recipient_email: 'kundin@kunde.example', title: MARKS.checks, status: 'draft' },
    created_at: now,
  });
  await insert('audit_records', {
    ...{ at: now, actor_id: user_id, action: 'signed_in', subject_id: user_id, account_id },
    detail: JSON.stringify({ ip: MARKS.audit_records }),
  });
  await dataSource.query(
    `INSERT INTO connection_usage (connection_id, day, requests)
     SELECT id, '2026-11-26', 3 FROM connections WHERE user_id = $1`,
    [user_id],
  );
  await insert('connection_endings', {
    user_id: other,
    actor_id: user_id,
    at: now,
    reason: 'user',
  });
  return who;
}
