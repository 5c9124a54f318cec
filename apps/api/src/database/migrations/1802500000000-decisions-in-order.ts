import type { MigrationInterface, QueryRunner } from 'typeorm';
import { createIndex } from '../schema-change.js';

const LOCK = 7_304_005;

/**
 * Of decisions that are under way at a time, each takes its moment when it commits, one after the
 * other: a token may be issued with the moment of the first, and the next must be later than that.
 */
const REFUSE = `
  CREATE OR REPLACE FUNCTION refuse_issued_before(refused text, at timestamptz, before timestamptz)
  RETURNS void LANGUAGE plpgsql AS $$
  BEGIN
    IF before < 'infinity' THEN
      PERFORM pg_advisory_xact_lock(${LOCK});
      -- A statement of its own: its snapshot must be younger than the lock. Milliseconds, because
      -- that is what tokens have.
      before := GREATEST(date_trunc('milliseconds', before),
        (SELECT max(issued_before) FROM revocations WHERE issued_before < 'infinity')
          + interval '1 millisecond');
    END IF;
    INSERT INTO revocations AS r (subject, revoked_at, expires_at, issued_before)
      VALUES (refused, at, at + interval '2 hours', before)
      ON CONFLICT (subject) DO UPDATE
        SET revoked_at = GREATEST(r.revoked_at, EXCLUDED.revoked_at),
            expires_at = GREATEST(r.expires_at, EXCLUDED.expires_at),
            issued_before = EXCLUDED.issued_before
        WHERE r.issued_before < EXCLUDED.issued_before;
  END $$;`;

/** What fires at the commit holds the lock for no longer than that takes. */
const trigger = (name: string, event: string, table: string, run: string, deferred: boolean) => `
  DROP TRIGGER IF EXISTS ${name} ON ${table};
  CREATE ${deferred ? 'CONSTRAINT TRIGGER' : 'TRIGGER'} ${name} AFTER ${event} ON ${table}
    ${deferred ? 'DEFERRABLE INITIALLY DEFERRED' : ''} FOR EACH ROW EXECUTE FUNCTION ${run}();`;

const triggers = (deferred: boolean) =>
  [
    trigger('announce', 'INSERT', 'connection_endings', 'announce_ending', deferred),
    trigger('narrow', 'UPDATE OF tokens_from', 'connections', 'narrow_connection', deferred),
    trigger('narrow', 'UPDATE OF scopes', 'oauth_clients', 'narrow_client', deferred),
  ].join('');

export class DecisionsInOrder1802500000000 implements MigrationInterface {
  name = 'DecisionsInOrder1802500000000';
  transaction = false;

  async up(runner: QueryRunner): Promise<void> {
    await createIndex(
      runner,
      'revocations_moments',
      `revocations (issued_before) WHERE issued_before < 'infinity'`,
    );
    // In one piece, so that no decision goes unannounced.
    await runner.query(`${REFUSE}${triggers(true)}`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(triggers(false));
  }
}
