import type { MigrationInterface, QueryRunner } from 'typeorm';
import { partitionByTime, type PartitionedTable, unitePartitions } from '../partition-change.js';

const INDEXES = {
  oauth_requests_page: '(oauth_client_id, id DESC)',
  oauth_requests_request_id: '(request_id)',
};

const LOG: PartitionedTable = {
  name: 'oauth_requests',
  unit: 'day',
  // A primary key would have to include the time, and nothing refers to an entry.
  indexes: { ...INDEXES, oauth_requests_id: '(id)' },
  drops: ['oauth_requests_pkey'],
};

/**
 * The request log consists of a partition for each day, which housekeeping drops as a whole. What
 * fits into none goes to the default partition, so that no row is ever refused.
 */
export class RequestLogByDay1806983000000 implements MigrationInterface {
  name = 'RequestLogByDay1806983000000';
  // Indexes are built, and all rows are checked, while the table is in use.
  transaction = false;

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(FUNCTIONS);
    await partitionByTime(runner, LOG);
  }

  async down(runner: QueryRunner): Promise<void> {
    await unitePartitions(
      runner,
      { ...LOG, indexes: { ...INDEXES, oauth_requests_at: 'USING brin (at)' } },
      'ALTER TABLE oauth_requests ADD CONSTRAINT oauth_requests_pkey PRIMARY KEY (id)',
    );
    await runner.query(`
      DROP FUNCTION IF EXISTS drop_partition, make_partition, delete_unpartitioned,
        time_partitions, partition_unit, refuse_ctid`);
  }
}

/**
 * What the program's role needs of the schema: it may make and drop partitions of these tables, and
 * may so only because it may delete their rows. A lock that somebody else holds is waited for no
 * longer than requests, which would queue up behind, can wait.
 */
const FUNCTIONS = `
  CREATE OR REPLACE FUNCTION partition_unit(parent text) RETURNS text
  LANGUAGE plpgsql STABLE SET search_path = public, pg_temp AS $$
  DECLARE
    unit text := CASE parent WHEN 'oauth_requests' THEN 'day'
                             WHEN 'connection_events' THEN 'month' END;
  BEGIN
    IF unit IS NULL THEN
      RAISE EXCEPTION '% is not partitioned by time', parent USING ERRCODE = 'undefined_table';
    END IF;
    IF NOT has_table_privilege(session_user, format('public.%I', parent), 'DELETE') THEN
      RAISE EXCEPTION '% may not delete from %', session_user, parent
        USING ERRCODE = 'insufficient_privilege';
    END IF;
    RETURN unit;
  END $$;

  -- The first one may begin nowhere; the default partition is not among them.
  CREATE OR REPLACE FUNCTION time_partitions(parent text)
  RETURNS TABLE (partition regclass, starts timestamptz, ends timestamptz)
  LANGUAGE sql STABLE SET search_path = public, pg_temp SET timezone = 'UTC' SET datestyle = 'ISO' AS $$
    SELECT c.oid::regclass,
           coalesce(substring(bound FROM 'FROM \\(''([^'']+)''\\)')::timestamptz, '-infinity'),
           substring(bound FROM 'TO \\(''([^'']+)''\\)')::timestamptz
      FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid,
           LATERAL pg_get_expr(c.relpartbound, c.oid) AS bound
     WHERE i.inhparent = format('public.%I', parent)::regclass AND bound <> 'DEFAULT'
  $$;

  -- Makes the first one that is missing among those of now and of the next periods. What the default
  -- partition has taken meanwhile stays there.
  CREATE OR REPLACE FUNCTION make_partition(parent text, since timestamptz, ahead integer) RETURNS text
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp SET timezone = 'UTC'
  SET lock_timeout = '20ms' AS $$
  DECLARE
    unit text := partition_unit(parent);
    period interval := '1 ' || unit;
    first timestamptz := date_trunc(unit, since);
    made text;
    taken boolean;
  BEGIN
    FOR n IN 0 .. least(ahead, 31) LOOP
      DECLARE
        begins timestamptz := first + n * period;
      BEGIN
        CONTINUE WHEN EXISTS (SELECT FROM time_partitions(parent) p
                               WHERE p.starts < begins + period AND p.ends > begins);
        EXECUTE format('SELECT EXISTS (SELECT FROM %I WHERE at >= %L AND at < %L)',
          parent || '_default', begins, begins + period) INTO taken;
        CONTINUE WHEN taken;
        made := parent || '_' || to_char(begins, CASE unit WHEN 'day' THEN 'YYYYMMDD' ELSE 'YYYYMM' END);
        EXECUTE format('CREATE TABLE %I (LIKE %I INCLUDING CONSTRAINTS)', made, parent);
        -- Not made as a partition at once, for which the whole table would be locked.
        EXECUTE format('ALTER TABLE %I ATTACH PARTITION %I FOR VALUES FROM (%L) TO (%L)',
          parent, made, begins, begins + period);
        RETURN made;
      END;
    END LOOP;
    RETURN NULL;
  END $$;

  -- Drops the oldest partition if all of it is older than that.
  CREATE OR REPLACE FUNCTION drop_partition(parent text, before timestamptz) RETURNS text
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp SET lock_timeout = '20ms' AS $$
  DECLARE
    unit text := partition_unit(parent);
    oldest regclass := (SELECT partition FROM time_partitions(parent)
                         WHERE ends <= before ORDER BY ends LIMIT 1);
  BEGIN
    IF oldest IS NOT NULL THEN EXECUTE format('DROP TABLE %s', oldest); END IF;
    RETURN oldest;
  END $$;

  -- From the partitions that are of no period: the first one, which has rows of a long time, and the
  -- default one.
  CREATE OR REPLACE FUNCTION delete_unpartitioned(parent text, before timestamptz, most integer)
  RETURNS integer
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
  DECLARE
    unit text := partition_unit(parent);
    place regclass;
    deleted integer := 0;
  BEGIN
    FOREACH place IN ARRAY ARRAY[to_regclass(format('public.%I', parent || '_before')),
                                 to_regclass(format('public.%I', parent || '_default'))] LOOP
      CONTINUE WHEN place IS NULL OR deleted > 0;
      EXECUTE format('DELETE FROM %s WHERE ctid = ANY (ARRAY(
        SELECT ctid FROM %s WHERE at < %L LIMIT %s FOR UPDATE SKIP LOCKED))',
        place, place, before, most);
      GET DIAGNOSTICS deleted = ROW_COUNT;
    END LOOP;
    RETURN deleted;
  END $$;

  -- Each partition has its own ctids. Housekeeping of the version before, which another node may
  -- still run during an update, would delete rows that happen to have those of outdated ones.
  CREATE OR REPLACE FUNCTION refuse_ctid() RETURNS trigger LANGUAGE plpgsql AS $$
  BEGIN
    IF current_query() ~ '\\mctid\\M' THEN
      RAISE EXCEPTION '% has partitions: its rows cannot be deleted by ctid', TG_TABLE_NAME;
    END IF;
    RETURN NULL;
  END $$;`;
