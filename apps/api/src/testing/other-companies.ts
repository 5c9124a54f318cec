export /** Everybody else: as many companies with a person each, what they have, and what they did. */
const OTHERS = (rows: number) => `
  INSERT INTO accounts (id, name, created_at)
    SELECT md5('a' || n)::uuid, 'Kunde ' || n, now() FROM generate_series(1, ${rows}) n;
  INSERT INTO users (id, account_id, email, first_name, last_name, role, locale, status,
      password_hash, created_at, updated_at)
    SELECT md5('u' || n)::uuid, md5('a' || n)::uuid, n || '@kunde.example', 'Kim', 'Kunde ' || n,
      'member', 'de', 'active', '$argon2id$', now(), now() FROM generate_series(1, ${rows}) n;
  INSERT INTO oauth_clients (id, client_id, name, description, publisher, publisher_verified, kind,
      redirect_uris, scopes, require_pkce, status, listed, created_at, updated_at)
    SELECT md5('c' || n)::uuid, 'app-' || n, 'Programm ' || n, '', 'Programme GmbH', true,
      'confidential', ARRAY['https://app.example/'], ARRAY['read'], false, 'active', true, now(), now()
      FROM generate_series(1, 40) n;
  INSERT INTO connections (id, oauth_client_id, user_id, account_id, scope, granted_at, last_used_at)
    SELECT md5('k' || n)::uuid, md5('c' || n % 40 + 1)::uuid, md5('u' || n)::uuid,
      md5('a' || n)::uuid, 'read', now(), now() FROM generate_series(1, ${rows}) n;
  INSERT INTO connection_events (connection_id, at, type)
    SELECT md5('k' || n)::uuid, now() - d * interval '20 days', 'used'
      FROM generate_series(1, ${rows}) n, generate_series(0, 1) d;
  INSERT INTO connection_usage (connection_id, day, requests)
    SELECT md5('k' || n)::uuid, current_date - d, 1
      FROM generate_series(1, ${rows}) n, generate_series(1, 2) d;
  INSERT INTO oauth_requests (request_id, oauth_client_id, at, endpoint, outcome, ip, duration_ms,
      connection_id)
    SELECT gen_random_uuid(), md5('c' || n % 40 + 1)::uuid, now() - d * interval '1 day', 'token',
      'success', '::1', 1, md5('k' || n)::uuid
      FROM generate_series(1, ${rows}) n, generate_series(0, 1) d;
  INSERT INTO authorization_codes (id, code_hash, connection_id, scope, created_at, expires_at, user_id)
    SELECT md5('o' || n)::uuid, sha256(n::text::bytea), md5('k' || n)::uuid, 'read', now(), now(),
      md5('u' || n)::uuid FROM generate_series(1, ${rows}) n;
  INSERT INTO refresh_token_families
      (id, connection_id, handle_hash, scope, generation, current_hash, created_at, expires_at)
    SELECT md5('f' || n)::uuid, md5('k' || n)::uuid, sha256(n::text::bytea), 'read', 1, sha256('1'),
      now(), now() + interval '1 day' FROM generate_series(1, ${rows}) n;
  INSERT INTO sessions (id, secret_hash, user_id, created_at, last_seen_at, expires_at, ip, idle_seconds)
    SELECT md5('s' || n)::uuid, sha256(n::text::bytea), md5('u' || n)::uuid, now(), now(),
      now() + interval '1 day', '::1', 3600 FROM generate_series(1, ${rows}) n;
  INSERT INTO sign_in_failures (email_hash, network, at)
    SELECT sha256(n::text::bytea), n::text, now() FROM generate_series(1, ${rows}) n;
  INSERT INTO audit_records (at, actor_id, action, subject_id, detail, account_id)
    SELECT now(), md5('u' || n)::uuid, 'signed_in', md5('u' || n)::uuid, '{}', md5('a' || n)::uuid
      FROM generate_series(1, ${rows}) n;
  INSERT INTO checks (id, account_id, created_by, connection_id, recipient_name, recipient_email, title,
      status, created_at)
    SELECT md5('h' || n)::uuid, md5('a' || n)::uuid, md5('u' || n)::uuid, md5('k' || n)::uuid, 'K',
      'k@kunde.example', 'Schaden', 'draft', now() FROM generate_series(1, ${rows}) n;
  INSERT INTO approval_requests (id, account_id, user_id, oauth_client_id, note, status, requested_at, answer)
    SELECT md5('r' || n)::uuid, md5('a' || n)::uuid, md5('u' || n)::uuid, md5('c' || n % 40 + 1)::uuid,
      '', 'open', now(), '' FROM generate_series(1, ${rows}) n;
  INSERT INTO passkeys (id, user_id, credential_id, public_key, transports, counter, name, synced, created_at)
    SELECT md5('p' || n)::uuid, md5('u' || n)::uuid, n::text, '\\x00', '{}', 0, '', true, now()
      FROM generate_series(1, ${rows}) n;
  INSERT INTO revocations (subject, revoked_at, expires_at, issued_before)
    SELECT md5('t' || n), now() - interval '1 hour', now() + interval '1 hour', 'infinity'
      FROM generate_series(1, ${rows}) n;
  INSERT INTO mails (id, kind, user_id, status, created_at, send_by, settled_at, about_id,
      about_account_id)
    SELECT md5('m' || n)::uuid, 'access_granted', md5('u' || n)::uuid, 'sent', now(), now(), now(),
      md5('k' || n)::uuid, md5('a' || n)::uuid FROM generate_series(1, ${rows}) n;
  INSERT INTO sign_in_notices (token_hash, user_id, network, user_agent, created_at, expires_at)
    SELECT sha256(n::text::bytea), md5('u' || n)::uuid, n::text, '', now(), now() + interval '1 day'
      FROM generate_series(1, ${rows}) n;
  INSERT INTO password_recoveries (token_hash, user_id, created_at, expires_at)
    SELECT sha256(n::text::bytea), md5('u' || n)::uuid, now(), now() + interval '1 hour'
      FROM generate_series(1, ${rows}) n;
  INSERT INTO recovery_requests (email_hash, network, at)
    SELECT sha256(n::text::bytea), n::text, now() FROM generate_series(1, ${rows}) n;
  INSERT INTO invitations (id, account_id, email, first_name, last_name, role, locale, token_hash,
      invited_by, created_at, sent_at, expires_at)
    SELECT md5('i' || n)::uuid, md5('a' || n)::uuid, 'neu' || n || '@kunde.example', '', '', 'member',
      'de', sha256(n::text::bytea), md5('u' || n)::uuid, now(), now(), now() + interval '7 days'
      FROM generate_series(1, ${rows}) n;
  INSERT INTO invitation_mails (account_id, email_hash, at)
    SELECT md5('a' || n)::uuid, sha256(n::text::bytea), now() FROM generate_series(1, ${rows}) n;
  INSERT INTO email_changes (user_id, email, token_hash, created_at, expires_at)
    SELECT md5('u' || n)::uuid, 'anders' || n || '@kunde.example', sha256(n::text::bytea), now(),
      now() + interval '1 day' FROM generate_series(1, ${rows}) n;
  INSERT INTO second_factors (user_id, sealed_secret, created_at, confirmed_at)
    SELECT md5('u' || n)::uuid, '\\x00', now(), now() FROM generate_series(1, ${rows}) n;
  INSERT INTO recovery_codes (user_id, code_hash)
    SELECT md5('u' || n)::uuid, sha256(n::text::bytea) FROM generate_series(1, ${rows}) n;
  INSERT INTO spent_passkey_challenges (challenge, spent_at)
    SELECT sha256(n::text::bytea), now() FROM generate_series(1, ${rows}) n;
  INSERT INTO account_policies (account_id, allows, updated_at)
    SELECT md5('a' || n)::uuid, 'every', now() FROM generate_series(1, ${rows}) n;
  INSERT INTO account_policy_decisions (account_id, oauth_client_id, decision, decided_at)
    SELECT md5('a' || n)::uuid, md5('c' || n % 40 + 1)::uuid, 'allowed', now()
      FROM generate_series(1, ${rows}) n;
  INSERT INTO account_policy_advance_users (account_id, oauth_client_id, user_id, scope, granted_at)
    SELECT md5('a' || n)::uuid, md5('c' || n % 40 + 1)::uuid, md5('u' || n)::uuid, 'read', now()
      FROM generate_series(1, ${rows}) n;
  INSERT INTO connection_counts (oauth_client_id, day, active)
    SELECT md5('c' || n % 40 + 1)::uuid, current_date - n / 40, 1 FROM generate_series(1, ${rows}) n;
  INSERT INTO oauth_request_counts (oauth_client_id, day, kind, failed, reason, requests)
    SELECT md5('c' || n % 40 + 1)::uuid, current_date - n / 40, 'refresh', false, '', 1
      FROM generate_series(1, ${rows}) n;
  ANALYZE`;
