import type { MigrationInterface, QueryRunner } from 'typeorm';

const replaceInFunctions = (former: string, present: string) => `
  DO $do$
  DECLARE
    definition text;
  BEGIN
    FOR definition IN
      SELECT pg_get_functiondef(oid) FROM pg_proc
       WHERE pronamespace = current_schema()::regnamespace AND proname <> 'announce'
         AND prosrc LIKE '%PERFORM ${former}(%'
    LOOP
      EXECUTE replace(definition, 'PERFORM ${former}(', 'PERFORM ${present}(');
    END LOOP;
  END $do$;`;

/**
 * What triggers announce stands in a table, too, for nodes that do not listen. The tables are not in
 * the write-ahead log: a crash empties both, and that the epoch is another one then tells the nodes to
 * read everything anew. Revocations have a table of their own.
 */
export class Announcements1806987520000 implements MigrationInterface {
  name = 'Announcements1806987520000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE UNLOGGED TABLE announcements (
        written_by xid8 NOT NULL DEFAULT pg_current_xact_id(),
        channel text NOT NULL,
        payload text NOT NULL
      );
      CREATE INDEX announcements_written ON announcements (written_by);
      CREATE UNLOGGED TABLE announcement_log (
        is_only boolean PRIMARY KEY DEFAULT true CHECK (is_only),
        epoch uuid NOT NULL DEFAULT gen_random_uuid(),
        -- The transactions before this one had ended at that time.
        ended_before xid8,
        ended_at timestamptz
      );
      -- As its owner: a role that has no rights on the table yet writes the others all the same.
      CREATE FUNCTION announce(channel text, payload text) RETURNS void
      LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
      BEGIN
        PERFORM pg_notify($1, $2);
        IF $1 <> 'revocations' THEN
          INSERT INTO announcements VALUES (DEFAULT, $1, $2);
        END IF;
      END $$;`);
    await runner.query(replaceInFunctions('pg_notify', 'announce'));
    // Statistics, which an empty table has none of, and which stay when it is emptied: without any,
    // the planner takes a third of the rows for new, and reads the table as a whole.
    await runner.query(`
      INSERT INTO announcements SELECT n::text::xid8, '', '' FROM generate_series(1, 1000) n;
      ANALYZE announcements;
      TRUNCATE announcements;`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(replaceInFunctions('announce', 'pg_notify'));
    await runner.query(`
      DROP FUNCTION announce;
      DROP TABLE announcement_log, announcements;`);
  }
}
