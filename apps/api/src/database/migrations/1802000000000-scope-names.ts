import type { MigrationInterface, QueryRunner } from 'typeorm';
import { setConstraint } from '../schema-change.js';

/** RFC 6749 §3.3: what a scope token is made of. */
const TOKEN = String.raw`[\x21\x23-\x5b\x5d-\x7e]+`;

/** The scopes of a client are well-formed; which ones there are is known to the program alone. */
export class ScopeNames1802000000000 implements MigrationInterface {
  name = 'ScopeNames1802000000000';
  transaction = false;

  async up(runner: QueryRunner): Promise<void> {
    await setConstraint(
      runner,
      'oauth_clients',
      'oauth_clients_scopes_check',
      String.raw`CHECK (cardinality(scopes) > 0 AND array_position(scopes, NULL) IS NULL
        AND array_to_string(scopes, E'\n') ~ '^${TOKEN}(\n${TOKEN})*$')`,
    );
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      UPDATE oauth_clients SET scopes = ARRAY['read']
       WHERE NOT scopes <@ ARRAY['read', 'readwrite'];
      ALTER TABLE oauth_clients DROP CONSTRAINT oauth_clients_scopes_check,
        ADD CONSTRAINT oauth_clients_scopes_check
          CHECK (cardinality(scopes) > 0 AND scopes <@ ARRAY['read', 'readwrite'])`);
  }
}
