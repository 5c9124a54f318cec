import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * When a client secret was last used. The announcement leaves that column out: noting a use must
 * not make every node forget the client.
 */
export class SecretLastUsed1792000000000 implements MigrationInterface {
  name = 'SecretLastUsed1792000000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      ALTER TABLE oauth_client_secrets ADD COLUMN last_used_at timestamptz;
      DROP TRIGGER announce ON oauth_client_secrets;
      CREATE TRIGGER announce
        AFTER INSERT OR DELETE OR UPDATE OF oauth_client_id, secret_hash, expires_at
        ON oauth_client_secrets FOR EACH ROW EXECUTE FUNCTION announce_client_secret();
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      DROP TRIGGER announce ON oauth_client_secrets;
      CREATE TRIGGER announce AFTER INSERT OR UPDATE OR DELETE ON oauth_client_secrets
        FOR EACH ROW EXECUTE FUNCTION announce_client_secret();
      ALTER TABLE oauth_client_secrets DROP COLUMN last_used_at;
    `);
  }
}
