import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * A revoked signing key is written where revoked connections are: whoever follows `revocations`,
 * other services too, refuses its tokens at once, without a look at the keys themselves.
 */
export class RevokedSigningKeys1797000000000 implements MigrationInterface {
  name = 'RevokedSigningKeys1797000000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE FUNCTION revoke_signing_key() RETURNS trigger LANGUAGE plpgsql AS $$
      BEGIN
        INSERT INTO revocations (subject, revoked_at, expires_at)
          VALUES (NEW.kid, NEW.revoked_at, NEW.revoked_at + interval '2 hours')
          ON CONFLICT (subject) DO NOTHING;
        RETURN NULL;
      END $$;
      CREATE TRIGGER revoke AFTER UPDATE OF revoked_at ON signing_keys FOR EACH ROW
        WHEN (OLD.revoked_at IS NULL AND NEW.revoked_at IS NOT NULL)
        EXECUTE FUNCTION revoke_signing_key();
      INSERT INTO revocations (subject, revoked_at, expires_at)
        SELECT kid, revoked_at, revoked_at + interval '2 hours'
        FROM signing_keys WHERE revoked_at > now() - interval '2 hours'
        ON CONFLICT (subject) DO NOTHING;
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      DROP TRIGGER revoke ON signing_keys;
      DROP FUNCTION revoke_signing_key;
      DELETE FROM revocations USING signing_keys WHERE subject = kid;
    `);
  }
}
